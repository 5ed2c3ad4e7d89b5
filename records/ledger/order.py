"""The order of events where several nodes write to one PostgreSQL: numbers are taken before they are committed."""

from __future__ import annotations

IN_ORDER = 0x4F524452
"""The advisory lock that writers share from taking numbers to their commit, and that readers of the order hold alone
for a moment: what they see then is complete, though a smaller number can be committed after a greater one."""

"""JSON without a space too many, for tables, cursors and wires."""

from __future__ import annotations

import json

compact = json.JSONEncoder(separators=(",", ":")).encode
"""All but ASCII is escaped. Raises TypeError, ValueError for what JSON cannot hold."""
compact_text = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""Letters of all scripts stand as they are: shorter, and fit for being searched. Raises as `compact`."""

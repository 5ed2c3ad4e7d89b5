"""What the operating system lets one process have."""

from __future__ import annotations

import resource


def raise_descriptor_limit() -> int:
    """Take as many file descriptors as we may: a call leg needs two. The limit that now holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def forbid_core_dumps() -> None:
    """What callers type is in memory for a moment, and must not come to a disk when we fail."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))

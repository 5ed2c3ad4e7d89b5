"""What the operating system lets one process have."""

from __future__ import annotations

import resource


def raise_descriptor_limit() -> int:
    """Take as many file descriptors as we may: a call leg needs two. The limit that now holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard

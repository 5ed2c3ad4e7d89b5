"""centralita.limits: what the operating system lets the node have."""

from __future__ import annotations

import resource

from centralita.limits import forbid_core_dumps


def test_memory_with_what_callers_type_is_never_dumped() -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        forbid_core_dumps()
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)

"""Time zones as administrators write them: `Europe/Madrid`, by the names of the IANA database."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator

from base.document import suggest


def _known(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # The list is read from disk only here: it takes a while.
        mend = suggest(value, available_timezones())
        near = mend if mend.startswith("did") else "write one as Europe/Madrid"
        raise ValueError(f"{value!r} is not a time zone; {near}") from None
    return value


Timezone = Annotated[str, AfterValidator(_known)]
"""The name of a time zone that this machine knows."""

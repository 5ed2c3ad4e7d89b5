"""Who comes in: admission and overload control, what they say in the log, and what they report."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from centralita.bans import BanLog, note_lock, note_overload
from console.node.door import Door
from sip.admission import ProfileAdmission
from sip.protection.overload import Overload

if TYPE_CHECKING:
    from collections.abc import Callable

    from base.ids import Ids
    from centralita.configuration import Configuration
    from sip.digest.credentials import Credentials
    from sip.flows import Flows


class Entrance:
    """What a node asks before it serves anybody."""

    def __init__(
        self, configuration: Configuration, credentials: Credentials, ids: Ids, flows: Flows
    ) -> None:
        """Make both parts; they count together."""
        self.admission = ProfileAdmission(configuration.profiles, credentials, ids, flows, time.time)
        self.admission.guard.on_ban = BanLog(lambda: self.admission.guard.limits.ban)
        self.admission.on_lock = note_lock
        self.overload = Overload(configuration.centre.overload.limits, ids, self.admission.tally)
        self.overload.on_change = note_overload

    def door(self, now: Callable[[], float]) -> Door:
        """As the interface sees it."""
        return Door(self.admission.guard, self._report, now)

    def _report(self) -> dict[str, object]:
        overload = self.overload
        return {
            "turned_away": self.admission.tally.all(),
            "overload": {"refusing": overload.is_refusing, "share": overload.share},
        }

"""Whoever answers for a webhook: it is told what that one may see now, and nothing once that one may see nothing.

Who made a webhook answers for it, or who changed it last.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from base.errors import CentralitaError
from console.events.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from records.people.principal import Principal
    from records.webhooks.book import Webhook

WRITE, READ = "webhooks:write", "events:read"
"""What who has a webhook needs: to have one, and to see what it is told."""


class OwnerMayNot(CentralitaError):
    """Whoever answers for a webhook may see no events, or none of its client companies; the text says so."""

    code = "owner_may_not"
    status = 409


class Owners:
    """Asked before each request, so that what was taken away a moment ago is not sent."""

    def __init__(
        self, who: Callable[[str], Awaitable[Principal | None]], team_of: Callable[[str], str | None]
    ) -> None:
        """`who` finds a principal by its id as it stands now, `team_of` an agent's team."""
        self._who, self._team_of = who, team_of

    async def sight(self, webhook: Webhook) -> Sight:
        """What it may be told now. Raises OwnerMayNot, StoreUnavailable."""
        owner = await self._who(webhook.made_by)
        if owner is None or not (owner.may(WRITE) and owner.may(READ)):
            raise OwnerMayNot(
                f"{webhook.made_by}, who answers for it, may not see events any more; who changes it answers for it"
            )
        seen = owner.narrowed(webhook.clients)
        if seen is not None and not seen:
            raise OwnerMayNot(
                f"{webhook.made_by}, who answers for it, sees none of its client companies any more; "
                "who changes it answers for it"
            )
        theirs = Sight.of(owner, self._team_of)
        return replace(theirs, clients=seen, personal=theirs.personal and webhook.personal)

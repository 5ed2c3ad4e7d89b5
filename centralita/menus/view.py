"""How menu sets, their versions and publications are shown: by the API, and by commands where no node runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ivr.errors import UnknownMenu
from ivr.publication import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from centralita.menus.live import LiveMenus
    from console.menus.sets import Asked
    from ivr.io.versions import Versions
    from ivr.publication import Publication


def shown(publication: Publication, live: Publication | None) -> dict[str, Any]:
    """A publication as JSON; times are Unix seconds."""
    return {
        "id": publication.id,
        "menu": publication.menu_set,
        "version": publication.version,
        "kind": publication.kind,
        "state": publication.state(live),
        "who": publication.who,
        "at": publication.at,
        "effective_at": publication.effective_at,
        "took_effect": publication.took_effect,
        "note": publication.note,
        "reason": publication.reason,
    }


def shown_history(versions: Versions, menu_set: str) -> list[dict[str, Any]]:
    """Every decision about a menu set, the newest first. Reads the store: for a thread."""
    live = versions.live().get(menu_set)
    return [shown(each, live) for each in versions.history(menu_set)]


def shown_sets(
    versions: Versions, drafts: Mapping[str, str], alarms: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Every menu set by its draft's version. Reads the store: for a thread."""
    live, pending = versions.live(), versions.pending()
    found = []
    for name, draft in sorted(drafts.items()):
        current, waiting = live.get(name), pending.get(name)
        found.append(
            {
                "menu": name,
                "live": shown(current, current) if current is not None else None,
                "pending": shown(waiting, current) if waiting is not None else None,
                "draft": draft,
                "draft_differs": current is not None and current.version != draft,
                "alarm": alarms.get(name),
            }
        )
    return found


class MenuView:
    """The menu sets of a running node, for its API."""

    def __init__(self, menus: LiveMenus) -> None:
        """Show these."""
        self._menus = menus

    async def sets(self) -> Sequence[Mapping[str, object]]:
        """Every menu set."""
        menus = self._menus
        return await asyncio.to_thread(shown_sets, menus.versions, dict(menus.drafts), dict(menus.alarms))

    async def history(self, menu_set: str) -> Sequence[Mapping[str, object]]:
        """Every decision about one. Raises UnknownMenu."""
        found = await asyncio.to_thread(shown_history, self._menus.versions, menu_set)
        if not found and menu_set not in self._menus.drafts:
            raise UnknownMenu(f"no menu set is called {menu_set}")
        return found

    async def put(self, menu_set: str, asked: Asked, by: str) -> Mapping[str, object]:
        """Publish or roll back; what is told also names the one that waited and now never will."""
        menus = self._menus
        if menu_set not in menus.drafts:
            raise UnknownMenu(f"no menu set is called {menu_set}")
        version = asked.version
        if asked.kind == "rollback":
            version = await asyncio.to_thread(menus.versions.find, menu_set, version)
        wish = Wish(menu_set, version, asked.kind, by, asked.note, asked.effective_at, asked.instead_of)
        done, replaced = await (menus.roll_back if asked.kind == "rollback" else menus.publish)(wish)
        live = None if done.is_pending else done
        return {**shown(done, live), "replaced": shown(replaced, None) if replaced is not None else None}

    async def cancel_pending(self, menu_set: str) -> Mapping[str, object]:
        """Do not publish what waits."""
        return shown(await self._menus.cancel(menu_set), None)

    def warnings(self) -> Sequence[str]:
        """Publications that were due and did not come to be."""
        return list(self._menus.alarms.values())

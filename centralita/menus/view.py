"""How menu sets, their versions and publications are shown: by the API, and by commands where no node runs."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base.document import errors, suggest
from centralita.configuration import check_configuration, load_configuration
from centralita.menus.publishing import failed_cases, live_versions
from ivr.authoring.diff import diff
from ivr.errors import UnknownMenu, UnknownVersion
from ivr.publication import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from centralita.menus.live import LiveMenus
    from console.menus.sets import Asked
    from ivr.authoring.diff import Change
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


LIVE, DRAFT = "live", "draft"
"""What a version may be called by, besides the beginning of its name."""


def content_of(versions: Versions, folder: Path, menu_set: str, which: str) -> str:
    """The content of what is live, of the draft, or of a version. Reads files and the store: for a thread.

    Raises UnknownMenu, UnknownVersion and DocumentError.
    """
    if which == DRAFT:
        configuration = load_configuration(folder)
        if menu_set not in configuration.menus:
            names = suggest(menu_set, configuration.menus)
            raise UnknownMenu(f'no menu set is called "{menu_set}"; {names}')
        return configuration.menus[menu_set].content
    if which != LIVE:
        return versions.content(versions.find(menu_set, which))
    live = versions.live().get(menu_set)
    if live is None:
        raise UnknownVersion(
            f"nothing of {menu_set} is live yet; the first start of a node publishes the draft"
        )
    return versions.content(live.version)


def changes(versions: Versions, folder: Path, menu_set: str, before: str, after: str) -> list[Change]:
    """What is different, in words. Raises as `content_of`."""
    return diff(content_of(versions, folder, menu_set, before), content_of(versions, folder, menu_set, after))


def shown_check(versions: Versions, folder: Path, menu_set: str) -> dict[str, Any]:
    """What is wrong with the draft of a menu set, and what else keeps it from being published; for a thread.

    Raises UnknownMenu.
    """
    found, faults = check_configuration(folder, live_versions(versions))
    draft = found.menus.get(menu_set) if found is not None else None
    if found is not None and draft is None:
        raise UnknownMenu(f"no menu set is called {menu_set}; {suggest(menu_set, found.menus)}")
    if found is not None:
        faults = [*faults, *failed_cases(found, folder, menu_set)]
    listed = sorted({each for each in faults if not each.is_warning or Path(each.file).stem == menu_set})
    return {
        "menu": menu_set,
        "version": draft.version if draft is not None else None,
        "publishable": draft is not None and not errors(faults),
        "faults": [
            {
                "file": each.file.removeprefix(f"{folder.parent}/"),
                "line": each.line,
                "severity": "warning" if each.is_warning else "error",
                "what": each.what,
                "mend": each.mend,
            }
            for each in listed
        ],
    }


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

    async def check(self, menu_set: str) -> Mapping[str, object]:
        """What is wrong with a draft. Raises UnknownMenu."""
        return await asyncio.to_thread(shown_check, self._menus.versions, self._menus.folder, menu_set)

    async def diff(self, menu_set: str, before: str, after: str) -> Sequence[Mapping[str, object]]:
        """What is different. Raises UnknownMenu, UnknownVersion and DocumentError."""
        menus = self._menus
        found = await asyncio.to_thread(changes, menus.versions, menus.folder, menu_set, before, after)
        return [asdict(each) for each in found]

    def warnings(self) -> Sequence[str]:
        """Publications that were due and did not come to be."""
        return list(self._menus.alarms.values())

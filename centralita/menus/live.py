"""The menu sets that new calls of a node get: published, rolled back, and brought in when their time has come.

The files are drafts; what is live stands in the store of versions. One change at a time: whoever publishes, the
timer, and a reload take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

import structlog

from base.errors import CentralitaError
from base.io.background import Background
from centralita.failures import place_of
from centralita.menus.publishing import (
    checked_draft,
    differing,
    failed_cases,
    joined,
    read_version,
    refuse_misfit,
    settled,
    sources_of,
)
from ivr.compiled import compiled_again
from ivr.content import SHOWN
from ivr.errors import PublicationRefused, UnknownMenu, VersionsOutOfReach
from ivr.publication import Kind, Publication, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from centralita.configuration import Configuration
    from ivr.compiled import CompiledMenus
    from ivr.io.versions import Versions
    from media.catalogue import Catalogue
    from media.codec import Codec

log = structlog.get_logger()

LONGEST_WAIT = 60.0
"""Seconds after which the clock is looked at again: somebody may have set it."""
AT_START, AT_RELOAD = "node start", "reload"


class InForce(Protocol):
    """The node's present configuration."""

    configuration: Configuration


class Speaker(Protocol):
    """Who makes the sound of prompts ready and plays it, as PromptLibrary does; both take a while."""

    def prepare(self, catalogue: Catalogue, *, codecs: Collection[Codec]) -> int:
        """Make and load what is missing."""

    def adopt(self, catalogue: Catalogue) -> None:
        """Speak this from now on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a start or a reload is about to put in force."""

    configuration: Configuration
    """With live versions in place of drafts."""
    words: Catalogue
    """Those of the files."""
    drafts: dict[str, str]
    """The version that each draft would be."""
    publish: tuple[tuple[Wish, CompiledMenus], ...] = ()
    """What it publishes by itself."""
    differing: tuple[str, ...] = ()
    """What is to be said of drafts that are not live."""
    held: frozenset[str] = frozenset()
    """Menu sets whose draft fails its cases: looked at again next time."""


class LiveMenus:
    """What new calls get, and who may change it."""

    def __init__(
        self, versions: Versions, folder: Path, made: Path, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`folder` is that of the drafts, `made` that of sounds; `clock` is Unix time."""
        self.versions = versions
        self.changing = asyncio.Lock()
        self.drafts: dict[str, str] = {}
        self.alarms: dict[str, str] = {}
        """By menu set: why what was to be published was not."""
        self.folder = folder
        self._made = made
        self._clock = clock
        self._in_use: WeakValueDictionary[str, CompiledMenus] = WeakValueDictionary()
        self._words: Catalogue | None = None
        self._in_force: InForce | None = None
        self._speaker: Speaker | None = None
        self._sooner = asyncio.Event()
        self._keeping_time = Background(self._keep_time, "due publications")

    # --- start and reload ---

    async def plan(self, drafts: Configuration, *, who: str) -> Plan:
        """What would be in force with these files. Raises DocumentError where a live version does not fit them."""
        return await asyncio.to_thread(self._plan, drafts, who)

    async def commit(self, plan: Plan) -> None:
        """The plan is in force: write down what it published, and say what waits for a publication."""
        await asyncio.to_thread(self._commit, plan)
        self.drafts, self._words = plan.drafts, plan.words
        for wish, _ in plan.publish:
            log.info("menu_published", menu=wish.menu_set, version=wish.version[:SHOWN], by=wish.who)
        for each in plan.differing:
            log.warning("draft_differs", what=each)
        self._sooner.set()

    async def begin(self, in_force: InForce, speaker: Speaker) -> None:
        """The node runs: bring in what is due, now and as time goes on."""
        self._in_force, self._speaker = in_force, speaker
        await self.take_due()
        self._keeping_time.begin()

    async def close(self) -> None:
        """Bring nothing in any more."""
        await self._keeping_time.close()

    # --- publishing ---

    async def publish(self, wish: Wish) -> tuple[Publication, Publication | None]:
        """Put a draft live, or have it wait, as wished; with the one that waited and now never will.

        `wish.version` is the draft that was looked at. Raises DocumentError for faults in files, PublicationRefused
        when draft or live version are others by now, or what was wished does not fit the node's configuration.
        """
        async with self.changing:
            menus = await asyncio.to_thread(checked_draft, self.folder, wish.menu_set)
            if menus.version != wish.version:
                raise PublicationRefused(f"the draft of {wish.menu_set} was changed meanwhile; look again")
            sources = await asyncio.to_thread(sources_of, self.folder, wish.menu_set)
            self.drafts[wish.menu_set] = menus.version
            return await self._put(wish, menus, sources)

    async def roll_back(self, wish: Wish) -> tuple[Publication, Publication | None]:
        """Put an earlier version live. Raises as `publish` does."""
        async with self.changing:
            menus = await asyncio.to_thread(self._version, wish.version)
            return await self._put(wish, menus, {})

    async def cancel(self, menu_set: str) -> Publication:
        """Do not publish what waits. Raises PublicationRefused when nothing does."""
        async with self.changing:
            cancelled = await asyncio.to_thread(self.versions.cancel, menu_set)
        self.alarms.pop(menu_set, None)
        log.info("publication_cancelled", menu=menu_set, version=cancelled.version[:SHOWN])
        return cancelled

    async def take_due(self) -> None:
        """Bring in what waited for a time that has come; what does not fit any more stays out, with an alarm.

        What the machine hinders (a full disk, say) goes on waiting, and keeps neither the node nor others from theirs.
        """
        async with self.changing:
            for each in (await asyncio.to_thread(self.versions.pending)).values():
                if each.effective_at <= self._clock():
                    try:
                        await self._take(each)
                    except Exception as error:  # noqa: BLE001 - whatever it is, callers have what is live
                        version, at = each.version[:SHOWN], place_of(error)
                        name = type(error).__name__
                        log.error(
                            "publication_put_off", menu=each.menu_set, version=version, error=name, at=at
                        )

    async def _put(
        self, wish: Wish, menus: CompiledMenus, sources: dict[str, str]
    ) -> tuple[Publication, Publication | None]:
        in_force, speaker = self._running()
        if wish.menu_set not in in_force.configuration.menus:
            raise UnknownMenu(f"the node has no menu set {wish.menu_set}; send SIGHUP first")
        after = await self._prepared(menus, in_force, speaker)
        write = self.versions.publish
        done, replaced = await asyncio.to_thread(write, wish, menus.content, sources, now=self._clock())
        if done.is_pending:
            self._sooner.set()
        else:
            await asyncio.to_thread(speaker.adopt, after.catalogue)
            in_force.configuration = after
        self.alarms.pop(wish.menu_set, None)
        told = "publication_waits" if done.is_pending else "menu_published"
        log.info(told, menu=wish.menu_set, version=wish.version[:SHOWN], kind=wish.kind, by=wish.who)
        return done, replaced

    async def _take(self, due: Publication) -> None:
        in_force, speaker = self._running()
        try:
            menus = await asyncio.to_thread(self._version, due.version)
            if due.menu_set not in in_force.configuration.menus:
                raise UnknownMenu(f"there is no menu set {due.menu_set} any more")
            after = await self._prepared(menus, in_force, speaker)
        except VersionsOutOfReach:
            raise  # says nothing of the publication
        except CentralitaError as error:
            await asyncio.to_thread(self.versions.refuse, due, str(error))
            self.alarms[due.menu_set] = alarm_of(due, str(error))
            log.error("publication_refused", menu=due.menu_set, version=due.version[:SHOWN], why=str(error))
            return
        if await asyncio.to_thread(self.versions.take_effect, due, now=self._clock()):
            await asyncio.to_thread(speaker.adopt, after.catalogue)
            in_force.configuration = after
            log.info("menu_published", menu=due.menu_set, version=due.version[:SHOWN], by=due.who)

    async def _prepared(self, menus: CompiledMenus, in_force: InForce, speaker: Speaker) -> Configuration:
        """The configuration with a version in it, whose sounds are there."""
        before = in_force.configuration
        await asyncio.to_thread(refuse_misfit, menus, before, self.folder)
        self._in_use[menus.version] = menus
        spoken = await asyncio.to_thread(self._spoken, self._words or before.catalogue)
        after = replace(before, menus={**before.menus, menus.name: menus}, catalogue=spoken)
        await asyncio.to_thread(speaker.prepare, spoken, codecs=after.spoken_codecs)
        return after

    def _spoken(self, wording: Catalogue) -> Catalogue:
        """The words of the files with those of every version that is live or that a call still has."""
        return joined(wording, list(self._in_use.values()), self._made)

    def _running(self) -> tuple[InForce, Speaker]:
        if self._in_force is None or self._speaker is None:
            raise RuntimeError("the node does not run yet")
        return self._in_force, self._speaker

    # --- on a thread ---

    def _plan(self, drafts: Configuration, who: str) -> Plan:
        live, seen = self.versions.live(), self.versions.seen()
        itself = drafts.centre.menus.publish == "on_reload"
        chosen: dict[str, CompiledMenus] = {}
        publish: list[tuple[Wish, CompiledMenus]] = []
        held: set[str] = set()
        for name, draft in drafts.menus.items():
            current = live[name].version if name in live else None
            is_new = itself and draft.version not in (seen.get(name), current)
            if is_new and current is not None and self._fails(drafts, name):
                held.add(name)
                is_new = False
            if current is not None and not is_new:
                chosen[name] = self._version(current)
                continue
            menus = chosen[name] = self._known(draft.version) or compiled_again(draft.content)
            kind: Kind = "first" if current is None else "publish"
            publish.append((Wish(name, menus.version, kind, who, instead_of=current), menus))
        for menus in chosen.values():
            self._in_use[menus.version] = menus
        with_them = settled(drafts, chosen, self.folder)
        whole = replace(with_them, catalogue=self._spoken(drafts.catalogue))
        self.alarms = dict(self._refused(drafts.menus))
        versions = {name: each.version for name, each in drafts.menus.items()}
        differ = tuple(differing(drafts, chosen))
        return Plan(whole, drafts.catalogue, versions, tuple(publish), differ, frozenset(held))

    def _fails(self, drafts: Configuration, name: str) -> bool:
        """Whether a case of a draft fails; what is live stays then."""
        failed = failed_cases(drafts, self.folder, name)
        for each in failed:
            log.warning("menu_not_published", menu=name, what=str(each))
        return bool(failed)

    def _commit(self, plan: Plan) -> None:
        for wish, menus in plan.publish:
            sources = sources_of(self.folder, wish.menu_set)
            self.versions.publish(wish, menus.content, sources, now=self._clock())
        if plan.configuration.centre.menus.publish == "on_reload":
            seen = {name: each for name, each in plan.drafts.items() if name not in plan.held}
            self.versions.see(seen)

    def _refused(self, names: Iterable[str]) -> Iterable[tuple[str, str]]:
        """Those whose latest publication did not come to be."""
        for name in names:
            latest = next(iter(self.versions.history(name)), None)
            if latest is not None and latest.ended == "refused":
                yield name, alarm_of(latest, latest.reason)

    def _version(self, version: str) -> CompiledMenus:
        # Of one that a call still has, too, the store is asked: what it cannot give back must not become live.
        return (self._known(version) if self.versions.is_whole(version) else None) or read_version(
            self.versions, version
        )

    def _known(self, version: str) -> CompiledMenus | None:
        return self._in_use.get(version)

    # --- time ---

    async def _keep_time(self) -> None:
        while True:
            self._sooner.clear()
            looked = self._clock()
            try:
                await self.take_due()
                waiting = await asyncio.to_thread(self.versions.pending)
            except Exception as error:  # noqa: BLE001 - the store may be there again next time
                log.error("menus_not_looked_at", error=type(error).__name__, at=place_of(error))
                waiting = {}
            # What was due and was put off is tried again with the next look, not at once.
            coming = [each.effective_at for each in waiting.values() if each.effective_at > looked]
            left = min(coming, default=looked + LONGEST_WAIT) - self._clock()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(max(left, 0.0), LONGEST_WAIT)):
                    await self._sooner.wait()


def alarm_of(refused: Publication, why: str) -> str:
    """What everybody who looks after the node should know."""
    return (
        f"version {refused.version[:SHOWN]} of {refused.menu_set} was due and could not be published: {why}"
    )

"""Circles over several menu sets and queues, in which a caller who types nothing right would go round for ever.

Circles within one menu set are found by its own rules. Of a queue only what turns callers away at once counts (full,
nobody there, closed): who has waited may well be asked again, and wait again. Circles of queues
alone are warnings: they are seldom all full at the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read
from calls.destination import Menu, Queue
from ivr.steps.step import AskingStep
from routing.settings import LeaveReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from base.document import Fault
    from calls.destination import Destination
    from ivr.branch import Branch
    from ivr.compiled import CompiledMenus
    from routing.config import CentreConfig

AT_ONCE = (LeaveReason.FULL, LeaveReason.JOIN_EMPTY, LeaveReason.CLOSED)
Place = tuple[str, str]
"""(menu set, step), or ("", queue)."""


def circles(config: CentreConfig, menus: Mapping[str, CompiledMenus]) -> Iterator[Fault]:
    """One fault for each circle, at the first of its steps that was looked at."""
    done: set[Place] = set()
    for name, menu in menus.items():
        for step in menu.steps:
            path = _walk(config, menus, (name, step), done)
            sets = {place[0] for place in path}
            if len(sets) > 1:
                home, begin = next(place for place in path if place[0])
                around = " -> ".join(f"{each[0] or 'queue'} {each[1]}" for each in path)
                yield read(config.folder / "menus" / f"{home}.yaml").fault(
                    ("steps", begin.partition("/")[0]),
                    f"a caller who does nothing or types nothing right goes in a circle: {around}",
                    "let one of them lead to a queue that takes callers, or to a hangup",
                )


def turned_away(config: CentreConfig) -> Iterator[Fault]:
    """Queues that only send on to one another: whom all of them turn away at once is let go."""
    done: set[Place] = set()
    for queue in config.routing.queues:
        path = _walk(config, {}, ("", queue), done)
        if path:
            around = " -> ".join(name for _, name in path)
            yield read(config.folder / "queues.yaml").warning(
                ("queues", path[0][1], "overflow"),
                f"a caller whom all of these turn away at once is let go: {around}",
                "let one of them lead to a menu",
            )


def _walk(
    config: CentreConfig, menus: Mapping[str, CompiledMenus], start: Place, done: set[Place]
) -> list[Place]:
    path: list[Place] = []
    walks = [iter([start])]
    while walks:
        place = next(walks[-1], None)
        if place is None:
            walks.pop()
            if path:
                done.add(path.pop())
        elif place in path:
            done.update(path)
            return [*path[path.index(place) :], place]
        elif place not in done:
            path.append(place)
            walks.append(_following(config, menus, place))
    return []


def _following(config: CentreConfig, menus: Mapping[str, CompiledMenus], place: Place) -> Iterator[Place]:
    home, name = place
    if not home:
        queue = config.routing.queues.get(name)
        for reason in AT_ONCE if queue is not None else ():
            to = queue.overflow_for(reason) if queue is not None else None
            yield from _entered(menus, to)
        return
    for branch in _helpless(menus[home], name):
        if branch.goto is not None and branch.goto in menus[home].steps:
            yield home, branch.goto
        else:
            yield from _entered(menus, branch.destination())


def _helpless(menu: CompiledMenus, name: str) -> Iterator[Branch]:
    step = menu.steps[name]
    yield from step.helpless_exits()
    if isinstance(step, AskingStep):
        limits = (menu.on_max_timeouts.get(name), menu.on_max_failures.get(name))
        yield from (branch for branch in limits if branch is not None)


def _entered(menus: Mapping[str, CompiledMenus], to: Destination | None) -> Iterator[Place]:
    match to:
        case Menu(menu=name, step=step) if name in menus:
            yield name, step or menus[name].start
        case Queue(queue=name):
            yield "", name
        case _:
            pass

"""The order in which SRV records are tried (RFC 2782): by priority, and by lot among equals, as their weights say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable


class Srv(NamedTuple):
    """One SRV record."""

    priority: int
    weight: int
    port: int
    target: str


class Draw(Protocol):
    """A lot."""

    def __call__(self, highest: int, /) -> int:
        """A number from 0 to `highest`, each as likely."""


def in_order(records: Iterable[Srv], draw: Draw) -> list[Srv]:
    """All records, the first to be tried first."""
    groups: dict[int, list[Srv]] = {}
    for each in records:
        groups.setdefault(each.priority, []).append(each)
    return [each for priority in sorted(groups) for each in _drawn(groups[priority], draw)]


def _drawn(group: list[Srv], draw: Draw) -> list[Srv]:
    # Weightless ones stand first, so that they are drawn seldom but not never.
    left = sorted(group, key=lambda each: each.weight != 0)
    order: list[Srv] = []
    while left:
        lot = draw(sum(each.weight for each in left))
        reached = 0
        for place, each in enumerate(left):
            reached += each.weight
            if reached >= lot:
                order.append(left.pop(place))
                break
    return order

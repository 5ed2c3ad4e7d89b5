"""The plan of a day as a picture (SVG, written here): calls as bars, agents by each method as steps."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from centralita.staffing.staffing import Need

_WIDTH, _HEIGHT = 960, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 56, 56, 40
_LINES: tuple[tuple[str, str, str], ...] = (
    ("simulation", "#2b8a3e", ""),
    ("Erlang C", "#0b7285", "6 4"),
    ("Erlang A", "#a61e8b", "2 3"),
)
_STEPS = (1, 2, 3, 5, 6, 8)


def draw(needs: Sequence[Need]) -> str:
    """One picture below another for each queue and day."""
    parts = [
        list(group)
        for _, group in groupby(needs, key=lambda each: (each.half_hour.queue, each.half_hour.start.day))
    ]
    height = _HEIGHT * len(parts)
    inside = "".join(
        f'<g transform="translate(0,{number * _HEIGHT})">{_chart(part)}</g>'
        for number, part in enumerate(parts)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{inside}</svg>\n'
    )


def _chart(needs: Sequence[Need]) -> str:
    start = needs[0].half_hour.start.at
    end = needs[-1].half_hour.start.at + needs[-1].half_hour.length
    most_calls = _round_up(max(each.half_hour.calls for each in needs))
    counts = {
        "Erlang C": [each.erlang_c.agents for each in needs],
        "Erlang A": [each.erlang_a.agents for each in needs],
        "simulation": [each.simulated.agents for each in needs if each.simulated is not None],
    }
    most_agents = _round_up(max(max(each, default=0) for each in counts.values()))

    def across(at: float) -> float:
        return _LEFT + (at - start) / (end - start) * (_WIDTH - _LEFT - _RIGHT)

    def up(share: float) -> float:
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    drawn = [_grid(most_agents, most_calls, up), _hours(start, end, across)]
    for each in needs:
        at, share = each.half_hour.start.at, each.half_hour.calls / most_calls
        x, wide = across(at) + 1, across(at + each.half_hour.length) - across(at) - 2
        told = f"{each.half_hour.start}: {each.half_hour.calls:g} calls, roster by {each.best.agents} agents"
        drawn.append(
            f'<rect x="{x:.1f}" y="{up(share):.1f}" width="{wide:.1f}" height="{up(0) - up(share):.1f}" '
            f'fill="#dbe4f0"><title>{escape(told)}</title></rect>'
        )
    for place, (name, colour, dashes) in enumerate(_LINES):
        if not counts[name]:
            continue
        points = []
        for each, count in zip(needs, counts[name], strict=True):
            at, y = each.half_hour.start.at, up(count / most_agents)
            points += [f"{across(at):.1f},{y:.1f}", f"{across(at + each.half_hour.length):.1f},{y:.1f}"]
        look = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        x = _LEFT + 130 * place
        drawn.append(f'<polyline points="{" ".join(points)}" {look}/>')
        drawn.append(
            f'<line x1="{x}" y1="40" x2="{x + 28}" y2="40" {look}/><text x="{x + 34}" y="44">{name}</text>'
        )
    title = " ".join(filter(None, (needs[0].half_hour.queue, needs[0].half_hour.start.day)))
    drawn.append(
        f'<text x="{_LEFT}" y="22" font-size="15" font-weight="bold">{escape(title) or "agents"}</text>'
    )
    return "".join(drawn)


def _grid(most_agents: float, most_calls: float, up: Callable[[float], float]) -> str:
    lines = []
    for part in range(5):
        y, share = up(part / 4), part / 4
        lines.append(
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#e9ecef"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{most_agents * share:g}</text>'
            f'<text x="{_WIDTH - _RIGHT + 6}" y="{y + 4:.1f}" fill="#8090a8">{most_calls * share:g}</text>'
        )
    lines.append(f'<text x="8" y="{_TOP - 12}">agents</text>')
    lines.append(f'<text x="{_WIDTH - 44}" y="{_TOP - 12}" fill="#8090a8">calls</text>')
    return "".join(lines)


def _hours(start: float, end: float, across: Callable[[float], float]) -> str:
    hours = (end - start) / 3600
    every = next(each for each in (1, 2, 3, 6, 24) if hours / each <= 16 or each == 24)
    first = -int(-start // (3600 * every)) * every
    return "".join(
        f'<text x="{across(hour * 3600):.1f}" y="{_HEIGHT - 16}" text-anchor="middle">{hour % 24:02d}:00</text>'
        for hour in range(first, int(end // 3600) + 1, every)
    )


def _round_up(value: float) -> float:
    """The next of 4, 8, 12, 20, 24, 32, 40, 80 ...: four lines of the grid stand at whole numbers."""
    power = 4.0
    while True:
        for each in _STEPS:
            if value <= power * each:
                return power * each
        power *= 10.0

"""`graph`: a menu set as a picture, in the language of Graphviz (dot) or of Mermaid.

Each step is a box of its type's shape and colour; keys and answers stand at the arrows; limits are dashed. So that
sixty steps can be read, places out of the menus are drawn beside each step that leads there, a step that many lead to
is drawn once and else referred to, and what `defaults:` says of limits stands in the title alone.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from textwrap import shorten, wrap
from typing import TYPE_CHECKING

from calls.destination import described
from ivr.authoring.words import plain, spoken, way
from ivr.branch import id_of
from ivr.content import SHOWN
from ivr.steps.step import AskingStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from base.document import Part
    from ivr.branch import Branch
    from ivr.compiled import CompiledMenus
    from ivr.steps import AnyStep
    from ivr.steps.step import Location

LONGEST_TITLE = 700
MANY = 3
"""A step to which so many others lead is referred to."""
_LINE, _LINES = 34, 3
"""Letters in a line of a box, and lines of a prompt that are shown."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a step of a type is drawn."""

    shape: str
    colour: str
    mermaid: tuple[str, str] = ("[", "]")


LOOKS = {
    "say": Look("box", "#e8eef7"),
    "language": Look("hexagon", "#efe3f7", ("{{", "}}")),
    "menu": Look("box", "#fff3c9"),
    "form": Look("box", "#dff2df"),
    "payment": Look("box", "#dff2df"),
    "lookup": Look("cylinder", "#d9f0f0", ("[(", ")]")),
    "branch": Look("diamond", "#f3f3f3", ("{", "}")),
    "set": Look("note", "#f3f3f3"),
    "include": Look("component", "#f3f3f3", ("[[", "]]")),
    "queue": Look("box", "#fbe0d0", ("([", "])")),
    "transfer": Look("box", "#fbe0d0", ("([", "])")),
    "callback": Look("box", "#d9e8fb"),
    "voicemail": Look("box", "#d9e8fb"),
    "survey": Look("box", "#d9e8fb"),
    "hangup": Look("oval", "#e3e3e3", ("([", "])")),
}
_OTHER = Look("box", "#ffffff")
_LEAVING = Look("oval", "#fbe0d0", ("([", "])"))
_REFERENCE = Look("plaintext", "#ffffff", (">", "]"))


@dataclass(frozen=True, slots=True)
class Node:
    """A box."""

    id: str
    title: str
    lines: tuple[str, ...]
    words: str
    """All that is said there, for the tooltip."""
    look: Look
    is_secure: bool = False
    is_start: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way from one box to another; several keys that lead to the same place share one."""

    source: str
    target: str
    labels: tuple[str, ...]
    is_limit: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes and arrows."""

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What callers did, to be drawn beside it."""

    entered: Mapping[str, int] = field(default_factory=dict)
    taken: Mapping[tuple[str, str, bool], int] = field(default_factory=dict)
    """(step, the step or destination it leads to, whether by silence or slips) -> how often."""

    def of(self, step: str, target: str, *, is_limit: bool) -> int:
        """How often a way was taken."""
        return self.taken.get((step, target, is_limit), 0)


def graph(menus: CompiledMenus, language: str, *, counts: Counts | None = None) -> Graph:
    """The picture of a menu set, with words in a language."""
    content = json.loads(menus.content)
    nodes: dict[str, Node] = {}
    ways = {name: _together(_ways(menus, name, step, counts)) for name, step in menus.steps.items()}
    for name, step in menus.steps.items():
        entered = counts.entered.get(name, 0) if counts is not None else None
        nodes[name] = _node(menus, name, step, _words(content, language, step), entered)
    places = {_target(each): _place(each) for each in _branches(menus)}
    parents, popular = _parents(menus.start, ways), _popular(ways)
    arrows: list[Arrow] = []
    for name, led in ways.items():
        for target, labels, is_limit in led:
            place = target
            if target not in menus.steps:
                place = f"{name} > {target}"
                nodes[place] = Node(place, target, (), "", _LEAVING)
            elif target in popular and target != name and parents.get(target) != name:
                place = f"{name} > {target}"
                nodes[place] = Node(place, f"to {target}", (), nodes[target].words, _REFERENCE)
            taken = None
            if counts is not None:
                both = sum(to == target for to, _, _ in led) > 1
                kinds = {is_limit} if both else {True, False}
                taken = sum(counts.of(name, places.get(target, target), is_limit=each) for each in kinds)
            arrows.append(Arrow(name, place, labels, is_limit, taken))
    return Graph(_title(menus), tuple(nodes.values()), tuple(arrows))


def _title(menus: CompiledMenus) -> str:
    defaults = menus.file.defaults
    limits = [
        f"{word} to {_target(branch)}"
        for word, branch in (("silence", defaults.on_max_timeouts), ("slips", defaults.on_max_failures))
        if branch is not None
    ]
    told = f"\nwhere no other way is drawn: {', '.join(limits)}" if limits else ""
    return f"{menus.name}, version {menus.version[:SHOWN]}{told}"


_Ways = list[tuple[str, tuple[str, ...], bool]]


def _parents(start: str, ways: Mapping[str, _Ways]) -> dict[str, str]:
    """The step from which each is first come to: there it is drawn."""
    found = {start: ""}
    waiting = [start]
    while waiting:
        name = waiting.pop(0)
        # By a key or an answer rather than by a limit, which stands aside.
        for target, _, _ in sorted(ways[name], key=lambda each: each[2]):
            if target in ways and target not in found:
                found[target] = name
                waiting.append(target)
    return found


def _popular(ways: Mapping[str, _Ways]) -> set[str]:
    led = [(name, target) for name, each in ways.items() for target, _, _ in each if target != name]
    counted = Counter(target for _, target in led)
    return {target for target, count in counted.items() if count >= MANY}


def label_of(at: Location, step: AnyStep | None = None) -> str:
    """What stands at the arrow of a branch at a place of its step: its key, its answer, its case."""
    match at:
        case ("cases" | "shares" as kind, int(number), "then") if step is not None:
            return _condition(getattr(step, str(kind))[number])
        case ("choices", key):
            return str(key)
        case ("results" | "is" | "exits", name):
            return str(name)
        case ("next" | "to" | "module",) | ():
            return ""
        case ("on_max_timeouts",):
            return "silence"
        case ("on_max_failures",):
            return "slips"
        case ("on_cancel",):
            return "cancelled"
        case ("attempts", "then"):
            return "too many attempts"
        case _:
            return " ".join(str(each) for each in at)


def _condition(case: Part) -> str:
    """`is gold`, `at least 5`, `waiting at least 10`, `30 percent`."""
    found = case.model_dump(exclude={"then"}, exclude_none=True)
    words = {"is_": "is", "among": "in", "present": "is known:"}
    told = [f"{words.get(key, key.replace('_', ' '))} {plain(key, value)}" for key, value in found.items()]
    return f"{found['percent']} %" if "percent" in found else " ".join(told)


def _node(menus: CompiledMenus, name: str, step: AnyStep, words: str, entered: int | None) -> Node:
    secure = bool(getattr(step, "secure", False)) or step.type == "payment"
    lines = wrap(words, _LINE, max_lines=_LINES, placeholder=" …") if words else []
    return Node(
        name,
        f"{name} · {step.type}" + (" · secure" if secure else ""),
        tuple(lines),
        words,
        LOOKS.get(step.type, _OTHER),
        is_secure=secure,
        is_start=name == menus.start,
        count=entered,
    )


def _words(content: Mapping[str, object], language: str, step: AnyStep) -> str:
    """What a caller hears first there: its prompt, or what its branch says."""
    named = [*(getattr(step, "prompt", None) or ()), *(getattr(step, "intro", None) or ())]
    if not named:
        named = [*(getattr(step, "say", None) or ())]
    if not named:
        named = [prompt for at, prompt in step.says() if "prompt" in at]
    texts = [spoken(content, language, id_of(each)) for each in named]
    return shorten(" ".join(filter(None, texts)), LONGEST_TITLE, placeholder=" …")


def _ways(
    menus: CompiledMenus, name: str, step: AnyStep, counts: Counts | None
) -> Iterator[tuple[str, str, bool]]:
    """Target, label, and whether it is a limit; limits of `defaults:` only where callers came to them."""
    for at, branch in step.exits():
        if at not in (("on_max_timeouts",), ("on_max_failures",)):
            yield _target(branch), label_of(at, step), at in (("on_cancel",), ("attempts", "then"))
    if isinstance(step, AskingStep):
        for limit in ("on_max_timeouts", "on_max_failures"):
            own: Branch | None = getattr(step, limit)
            usual: Branch | None = getattr(menus.file.defaults, limit)
            if own is None and usual is not None and counts is not None:
                own = usual if counts.of(name, _place(usual), is_limit=True) else None
            if own is not None:
                yield _target(own), label_of((limit,)), True
    for result, led in getattr(step, "results", {}).items():
        if led.retry:
            yield name, result, False
    for key, choice in getattr(step, "choices", {}).items():
        if getattr(choice, "repeat", False):
            yield name, key, False


def _branches(menus: CompiledMenus) -> Iterator[Branch]:
    yield from (branch for step in menus.steps.values() for _, branch in step.exits())
    yield from (*menus.on_max_timeouts.values(), *menus.on_max_failures.values())


def _target(branch: Branch) -> str:
    """The step, or the destination in words."""
    return branch.goto or way(branch.model_dump())


def _place(branch: Branch) -> str:
    """The step, or the destination as the ledger names it."""
    destination = branch.destination()
    return branch.goto or (described(destination) if destination is not None else "")


def _together(ways: Iterable[tuple[str, str, bool]]) -> _Ways:
    """Ways to the same place as one arrow: fewer lines to follow with the eye."""
    found: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for target, label, is_limit in ways:
        found[target, is_limit].append(label)
    return [(target, tuple(labels), is_limit) for (target, is_limit), labels in found.items()]


def dot(drawn: Graph) -> str:
    """The picture for Graphviz."""
    lines = [
        "digraph menus {",
        f"  graph [label={_quoted(drawn.title)}, labelloc=t, fontsize=20, rankdir=LR, ranksep=0.6, nodesep=0.18,",
        '         fontname="Helvetica,Arial,sans-serif", newrank=true, splines=true];',
        '  node [fontname="Helvetica,Arial,sans-serif", fontsize=12, style=filled, margin="0.14,0.08", penwidth=1];',
        '  edge [fontname="Helvetica,Arial,sans-serif", fontsize=12, color="#404040", arrowsize=0.8];',
    ]
    lines += [f"  {_quoted(each.id)} [{_box(each)}];" for each in drawn.nodes]
    lines += [f"  {_quoted(each.source)} -> {_quoted(each.target)} [{_line(each)}];" for each in drawn.arrows]
    return "\n".join([*lines, "}", ""])


def _box(node: Node) -> str:
    title = node.title + (f" ({node.count})" if node.count is not None else "")
    rows = "".join(f"<BR/>{_escaped(line)}" for line in node.lines)
    label = (
        f"<<B>{_escaped(title)}</B>{rows}>" if node.look is not _REFERENCE else f"<<I>{_escaped(title)}</I>>"
    )
    parts = [f"label={label}", f"shape={node.look.shape}", f'fillcolor="{node.look.colour}"']
    if node.look is _REFERENCE:
        parts += ["fontsize=11", 'fontcolor="#303080"']
    if node.look.shape == "box":
        parts.append('style="filled,rounded"')
    if node.is_secure:
        parts += ['color="#b00020"', "penwidth=2.5"]
    if node.is_start:
        parts.append("penwidth=3")
    parts.append(f"tooltip={_quoted(node.words or node.title)}")
    return ", ".join(parts)


def _line(arrow: Arrow) -> str:
    label = _label(arrow)
    parts = [f"label={_quoted(' ' + label + ' ')}"] if label else []
    if arrow.is_limit:
        parts.append('style=dashed, color="#909090", fontcolor="#606060"')
    if arrow.count is not None:
        parts.append(f"penwidth={1 + min(arrow.count, 1000) ** 0.5 / 6:.1f}")
        if not arrow.count:
            parts.append('color="#c0c0c0", fontcolor="#a0a0a0"')
    told = label or "on"
    parts.append(f"tooltip={_quoted(f'{arrow.source}: {told}')}")
    return ", ".join(parts)


def _label(arrow: Arrow) -> str:
    named = ", ".join(filter(None, arrow.labels))
    if arrow.count is None:
        return named
    return f"{named} ({arrow.count})" if named else f"({arrow.count})"


def mermaid(drawn: Graph) -> str:
    """The picture for Mermaid, which web pages and editors draw by themselves."""
    names = {each.id: f"n{at}" for at, each in enumerate(drawn.nodes)}
    lines = ["---", f"title: {json.dumps(drawn.title)}", "---", "flowchart TD"]
    for node in drawn.nodes:
        before, after = node.look.mermaid
        title = node.title + (f" ({node.count})" if node.count is not None else "")
        text = "<br/>".join([f"<b>{_plain(title)}</b>", *map(_plain, node.lines)])
        lines.append(f'  {names[node.id]}{before}"{text}"{after}')
        border = "stroke:#b00020,stroke-width:3px" if node.is_secure else "stroke:#404040"
        lines.append(f"  style {names[node.id]} fill:{node.look.colour},{border}")
    for arrow in drawn.arrows:
        line = "-.->" if arrow.is_limit else "-->"
        label = _label(arrow)
        told = f'|"{_plain(label)}"|' if label else ""
        lines.append(f"  {names[arrow.source]} {line}{told} {names[arrow.target]}")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(text: str) -> str:
    """Mermaid has entities of its own, which begin with # and end with ;."""
    return "".join(
        each if each.isalnum() or each in " .,:;·…()/_-áéíóúñ¿¡?!'" else f"#{ord(each)};" for each in text
    )

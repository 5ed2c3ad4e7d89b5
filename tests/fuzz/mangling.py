"""Files gone wrong: octets put in, taken out and moved, and values of a YAML tree changed for others of the file."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from random import Random

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1,
    2,
    10**30,
    0.5,
    float("inf"),
    float("nan"),
    "",
    "0",
    "start",
    "main",
    "0123456789*#",
    "{money:amount}",
    "{x}",
    "20s",
    "99999999h",
    "9" * 400,
    "\u0000",
    "ñ",
    [],
    {},
    [[]],
    {"goto": "main"},
    {"repeat": True},
    {"hangup": True},
    {"retry": True},
    {"say": "hello"},
)
DEEPEST = 30
WORDS = (
    b"!!int x",
    b"!!float x",
    b"!!binary x",
    b"&a ",
    b"*a",
    b"? ",
    b"[" * 90,
    b"{" * 400,
    b"1" * 5000,
    b"- ",
)


def mangled(seed: bytes, chance: Random) -> bytes:
    """A file that was changed in one to four places."""
    data = seed
    for _ in range(chance.randint(1, 4)):
        data = _tree(data, chance) if chance.random() < 0.8 else _octets(data, chance)
    return data


def _octets(data: bytes, chance: Random) -> bytes:
    at, other = sorted((chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)))
    match chance.randrange(4):
        case 0:
            return data[:at] + data[min(other, at + 40) :]
        case 1:
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        case 2:
            return data[:at] + data[at : at + 200] + data[at:]
        case _:
            return data[:at] + chance.choice(WORDS) + data[at:]


def _tree(data: bytes, chance: Random) -> bytes:
    try:
        tree = yaml.safe_load(data)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return _octets(data, chance)
    places = list(_places(tree))
    if not places:
        return _octets(data, chance)
    holder, key = chance.choice(places)
    match chance.randrange(5):
        case 0:
            del holder[key]
        case 1:
            holder[key] = deepcopy(chance.choice(ODD))
        case 2:
            other, name = chance.choice(places)
            holder[key] = deepcopy(other[name])
        case 3 if isinstance(holder, dict):
            others = [name for each, name in places if isinstance(each, dict)]
            holder[chance.choice(others)] = holder.pop(key)
        case _ if isinstance(holder, dict):
            other, name = chance.choice(places)
            holder[name if isinstance(name, str) else str(name)] = deepcopy(other[name])
        case _:
            holder.append(deepcopy(holder[key]))
    try:
        return yaml.dump(tree, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")
    except (RecursionError, ValueError):
        return data


def _places(tree: Any, depth: int = 0) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    if depth < DEEPEST and isinstance(tree, (dict, list)):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            found += [(tree, key), *_places(value, depth + 1)]
    return found

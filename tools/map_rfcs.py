"""The page that leads from an RFC to the files that follow it, from what their first lines name."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("base", "sip", "media", "calls", "records", "ivr", "routing", "console", "cluster", "centralita")
HEAD = """<!-- Generated from the first lines of the files; `make docs` renews it. -->
# From RFC to file

| RFC | files |
|---|---|
"""
_RFC = re.compile(r"RFC\s(\d{4})")
_OPENING = re.compile(r'\A(?:"""(.*?)"""|((?://!.*\n)+))', re.DOTALL)


def page() -> str:
    """The page's text."""
    found: dict[int, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in (".py", ".rs") and "target" not in path.parts:
                for number in sorted(_named(path.read_text(encoding="utf-8"))):
                    found[number].append(str(path.relative_to(ROOT)))
    return HEAD + "".join(
        f"| [{number}](https://www.rfc-editor.org/rfc/rfc{number}) | {', '.join(f'`{name}`' for name in names)} |\n"
        for number, names in sorted(found.items())
    )


def _named(text: str) -> set[int]:
    opening = _OPENING.match(text)
    return {int(number) for number in _RFC.findall(opening[0])} if opening else set()

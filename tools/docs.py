"""Writes the pages of docs/ that are made from the code. `--check` writes nothing and fails when one is stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tools import (
    describe_api,
    describe_back_end,
    describe_events,
    describe_figures,
    draw_states,
    list_roles,
    list_routes,
    map_rfcs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = {
    "events.md": describe_events.page,
    "../tests/data/events/schema-1.json": describe_events.promised,
    "state-machines.md": draw_states.page,
    "rfc-map.md": map_rfcs.page,
    "metrics.md": describe_figures.page,
    "roles.md": list_roles.page,
    "back-end.openapi.yaml": describe_back_end.page,
    "api.openapi.yaml": describe_api.page,
    "api.md": list_routes.page,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or only compare them."""
    parser = argparse.ArgumentParser(prog="tools/docs.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when a page is stale, write nothing")
    options = parser.parse_args(arguments)
    stale = 0
    for name, page in PAGES.items():
        file, text = DOCS / name, page()
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if options.check:
            print(f"docs/{name} is stale: run `make docs`", file=sys.stderr)
        else:
            file.write_text(text, encoding="utf-8")
            print(f"docs/{name} written")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())

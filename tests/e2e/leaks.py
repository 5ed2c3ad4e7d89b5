"""Everything that a centre keeps and tells of its calls, searched for what callers have typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.e2e.ledger import contacts
from tests.kit.server import ServerFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.kit.server import Server

ONE = re.compile(r"(?:digit|key|signal)\W{1,6}([0-9])\b", re.IGNORECASE)
VIEWS = (
    "contacts?limit=1000",
    "counters",
    "agents",
    "queues",
    "phones",
    "trunks",
    "guard",
    "bans",
    "health",
    "menus",
)


def all_kept(server: Server) -> dict[str, bytes]:
    """Each answer of the API and of the command line, and then, with the server stopped, each file, by its name."""
    said: dict[str, str] = {}
    for view in VIEWS:
        said[f"GET {view}"] = _answer(server, f"/api/v1/{view}")
    said["metrics"] = _answer(server, "/metrics")
    rows = contacts(server)
    for row in rows:
        said[f"GET contact {row['id']}"] = _answer(server, f"/api/v1/contacts/{row['id']}")
    for row in rows[:1]:  # the command line tells all alike, from what the files hold
        for form in ((), ("--json",), ("--messages",)):
            done = server.run("contact", row["id"], "--state", str(server.state), *form)
            assert done.returncode == 0
            said[f"contact {row['id']} {form}"] = done.stdout + done.stderr
    live = {
        f"live {path}": path.read_bytes() for path in server.files()
    }  # with the write-ahead logs of SQLite
    server.close()
    kept = {str(path): path.read_bytes() for path in server.files()}
    return live | kept | {name: text.encode() for name, text in said.items()}


def leaks(kept: Mapping[str, bytes], secrets: Iterable[str]) -> list[tuple[str, str]]:
    """(where, what) of every secret that stands somewhere, whole or digit by digit, as text of one or two octets."""
    found = []
    wanted = [(each, each.encode(), each.encode("utf-16-le")) for each in secrets]
    for name, text in kept.items():
        found += [(name, each) for each, narrow, wide in wanted if narrow in text or wide in text]
        if not name.endswith((".wav", ".opus")):
            digits = "".join(ONE.findall(text.decode(errors="replace")))
            found += [(f"one by one in {name}", each) for each, _, _ in wanted if each in digits]
    return found


def parts(card: str, *, length: int = 7) -> set[str]:
    """Every so many digits of a card number that follow each other."""
    return {card[at : at + length] for at in range(len(card) - length + 1)}


def _answer(server: Server, path: str) -> str:
    try:
        return str(server.ask(path))
    except (ServerFault, ValueError) as refusal:
        return str(refusal)

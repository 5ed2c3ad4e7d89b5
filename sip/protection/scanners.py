"""Attack tools by what they write: one table of header, pattern and tool.

A row must fit no phone: what only looks odd (a foreign User-Agent, a branch without a cookie) is not here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sip.message import Request


class Fingerprint(NamedTuple):
    """All these headers, as written, are of that tool."""

    tool: str
    marks: tuple[tuple[str, str], ...]
    """Header name and a regular expression found in its first value, letter case ignored."""


FINGERPRINTS = (
    Fingerprint(
        "sipvicious",
        (("User-Agent", r"friendly-scanner|friendly-request|sipvicious|sundayddr|sip-scan|sipscan"),),
    ),
    Fingerprint("sipvicious", (("From", r'^"?sipvicious"?\s*<'),)),
    # svmap and svwar under another User-Agent: the address that they write, and bare numbers as identifiers.
    Fingerprint("sipvicious", (("From", r"@1\.1\.1\.1\b"), ("Via", r"branch=z9hg4bk-\d{6,};rport"))),
    Fingerprint(
        "sipvicious",
        (("Call-ID", r"^\d{20,}$"), ("Via", r"branch=z9hg4bk-\d{6,};rport"), ("From", r"tag=[0-9a-f]{24,}")),
    ),
    Fingerprint("nmap", (("From", r"<sip:nm@nm>"), ("Call-ID", r"^50000$"))),
    Fingerprint("sipcli", (("User-Agent", r"^sipcli"),)),
    Fingerprint("sipsak", (("User-Agent", r"^sipsak"),)),
    Fingerprint("smap", (("User-Agent", r"^smap"),)),
    Fingerprint("sivus", (("User-Agent", r"sivus"),)),
    Fingerprint("iwar", (("User-Agent", r"^iwar\b"),)),
    Fingerprint("pplsip", (("User-Agent", r"^pplsip"),)),
    Fingerprint("siparmyknife", (("User-Agent", r"siparmyknife"),)),
    Fingerprint("gulp", (("User-Agent", r"^gulp\b"),)),
    Fingerprint("metasploit", (("User-Agent", r"metasploit"),)),
    Fingerprint("eyebeam forgery", (("User-Agent", r"^eyebeam release 3006o"),)),
)
"""Sets of marks; the first set that fits whole names the tool."""

_READ = tuple(
    (each.tool, tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in each.marks))
    for each in FINGERPRINTS
)
_LONGEST = 256
"""Characters of a value that are looked at."""


def scanner_of(request: Request) -> str | None:
    """The attack tool that a request comes from, or None."""
    return _known(
        *(
            (values[0][:_LONGEST] if (values := request.fields.get(name)) else "")
            for name in ("User-Agent", "From", "Call-ID", "Via")
        )
    )


def _known(agent: str, sender: str, call_id: str, via: str) -> str | None:
    tool = _by_agent(agent)
    if tool is not None:
        return tool
    found = {"From": sender, "Call-ID": call_id, "Via": via}
    for tool, marks in _READ:
        if marks[0][0] != "User-Agent" and all(pattern.search(found[name]) for name, pattern in marks):
            return tool
    return None


@lru_cache(maxsize=1024)
def _by_agent(agent: str) -> str | None:
    """Phones of one make all write the same."""
    for tool, marks in _READ:
        if marks[0][0] == "User-Agent" and marks[0][1].search(agent):
            return tool
    return None

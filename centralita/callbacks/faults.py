"""What client companies' files say of callbacks that cannot be: hours and prompts that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from base.document import read, suggest
from routing.hours.holidays import published

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from base.document import Document, Fault
    from media.catalogue import Catalogue
    from routing.callbacks.documents import ClientCallbacksPart
    from routing.clients import Client
    from routing.hours.calendar import OpeningHours


_ANY_YEAR = 2026
"""Asked for once while the files are read: that loads a country's tables, which takes too long for a call."""


def callback_faults(
    folder: Path,
    clients: Mapping[str, Client],
    hours: Mapping[str, OpeningHours],
    wording: Catalogue,
    language: str,
) -> Iterator[Fault]:
    """Each with its line and what would be right; `language` is the centre's."""
    for name, client in clients.items():
        part = client.callback
        if part.model_fields_set:
            document = read(folder / "clients" / f"{name}.yaml")
            yield from _hours(document, part, hours)
            yield from _prompts(document, part, wording, language)


def _hours(
    document: Document, part: ClientCallbacksPart, hours: Mapping[str, OpeningHours]
) -> Iterator[Fault]:
    at = ("callback", "hours")
    for code in part.holidays:
        published(code, _ANY_YEAR)
    if part.span is not None:
        return
    if part.hours not in hours:
        near = suggest(part.hours, hours)
        mend = near if near.startswith("did") else 'write a span as "09:00-21:00", or hours of hours.yaml'
        yield document.fault(at, f"{part.hours} is no span of a day, and no hours are called so", mend)
        return
    for key in sorted({"days", "holidays"} & part.model_fields_set):
        what = f"{key} goes with a span only; the hours {part.hours} have {key} of their own"
        yield document.fault(("callback", key), what, "leave it out")


def _prompts(
    document: Document, part: ClientCallbacksPart, wording: Catalogue, language: str
) -> Iterator[Fault]:
    if wording.unread:
        return
    for key in ("greeting", "whisper"):
        for prompt in getattr(part, key) if key in part.model_fields_set else ():
            lacking = [
                each for each in sorted({*wording.languages(), language}) if not wording.has(each, prompt)
            ]
            if lacking:
                ids = wording.ids(lacking[0])
                what = f"no prompt is called {prompt} in {' and '.join(lacking)}"
                yield document.fault(("callback", key), what, suggest(prompt, ids))

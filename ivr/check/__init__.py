"""The rules a menu file must keep beyond its form: nobody may be trapped, cut off or asked for what leaks.

Each rule is one function yielding faults. RULES give errors, for which a file is refused; ADVICE gives warnings.
docs/menu-tools.md lists them all.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from base.document import errors
from ivr.check.advice import ADVICE
from ivr.check.attributes import attributes, card_numbers, own
from ivr.check.forms import forms
from ivr.check.keys import ending, keys, person
from ivr.check.names import names, referred, targets
from ivr.check.prompts import prompts
from ivr.check.subject import Known, Subject
from ivr.check.transactions import identified, transactions
from ivr.check.ways import cut_off, cycles, endings, endless, limits, reachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from base.document import Document, Fault
    from ivr.compiled import CompiledMenus
    from ivr.model import MenuFile
    from media.catalogue import Catalogue

__all__ = ["ADVICE", "RULES", "Known", "Subject", "check", "lost"]

RULES = (
    names,
    targets,
    referred,
    limits,
    reachable,
    cycles,
    endless,
    cut_off,
    keys,
    ending,
    person,
    prompts,
    own,
    attributes,
    card_numbers,
    forms,
    transactions,
    identified,
    endings,
)


OUTWARD = (targets, referred)
"""Those of RULES that look at other files."""


def lost(file: MenuFile, source: Document, wording: Catalogue, known: Known) -> list[Fault]:
    """What a version that was checked in its own time refers to and is no longer there.

    Rules that came since are not asked: they must not stop what callers have got all along.
    """
    subject = Subject(file, source, wording, known, {})
    return [fault for rule in OUTWARD for fault in rule(subject)]


def check(
    file: MenuFile,
    source: Document,
    wording: Catalogue,
    known: Known = Known(),  # noqa: B008 - frozen
    *,
    sources: Mapping[str, Document] = MappingProxyType({}),
    live: CompiledMenus | None = None,
) -> list[Fault]:
    """All faults of a file whose form is right; advice only where there are no errors.

    `live` is the version that callers get now: keys that change their meaning are told.
    """
    subject = Subject(file, source, wording, known, sources, live)
    found = [fault for rule in RULES for fault in rule(subject)]
    return found if errors(found) else [fault for advice in ADVICE for fault in advice(subject)]

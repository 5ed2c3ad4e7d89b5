"""Advice on changes: people who call often press keys from memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.steps import MenuStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from base.document import Fault
    from ivr.check.subject import Subject


def changed(subject: Subject) -> Iterator[Fault]:
    """A key means what it means in the version that callers get now."""
    for name, live in subject.live.steps.items() if subject.live is not None else ():
        step = subject.steps.get(name)
        if not isinstance(step, MenuStep) or not isinstance(live, MenuStep):
            continue
        for key, choice in step.choices.items():
            before = live.choices.get(key)
            if before is not None and before.named() != choice.named():
                what = f"{key} of {name} led to {before.named()} so far, and leads to {choice.named()} now"
                mend = (
                    "say so for a while (listen carefully, our options have changed), or choose another key"
                )
                yield subject.warning(("steps", name, "choices", key), what, mend)

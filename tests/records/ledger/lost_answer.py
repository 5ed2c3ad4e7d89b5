"""A commit that is kept, and whose answer nobody hears."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from records import Ledger


def lose_an_answer(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next commit of this ledger is kept, and then the connection breaks; those after it go well."""
    session = ledger._store._connected()
    commit = session.commit
    fails = itertools.count()

    def deaf() -> None:
        commit()
        if next(fails) == 0:
            raise OSError("the connection broke")

    monkeypatch.setattr(session, "commit", deaf)

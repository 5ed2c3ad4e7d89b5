"""Our own credentials towards a server that challenges us: a phone's at its registrar, ours at a trunk (RFC 7616)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from base.secret import Secret


@dataclass(frozen=True, slots=True)
class Login:
    """An account and its password, which no printing shows."""

    user: str
    password: Secret = field(repr=False)

"""Field `iban_tail`: the last digits of an IBAN, too few for a check; letters of an IBAN cannot be typed."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ivr.fields.field import FixedField, Setting


class IbanTailField(FixedField):
    """As written by the administrator."""

    kind: ClassVar[str] = "digits"

    type: Literal["iban_tail"]
    length: Annotated[int, Field(ge=3, le=8)] = 4

    def size(self, setting: Setting) -> int:
        """As many as the client asks."""
        del setting
        return self.length

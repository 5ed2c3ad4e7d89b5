"""The part `stir` of external.yaml: whose signatures of callers' numbers are believed, and what is insisted on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from base.document import Part
from base.durations import Seconds
from sip.profile_values import CallingCode

if TYPE_CHECKING:
    from typing import Self

Insistence = Literal["off", "valid", "attest_c", "attest_b", "attest_a"]
_ENOUGH: dict[str, tuple[str | None, ...]] = {
    "valid": ("A", "B", "C", None),
    "attest_c": ("A", "B", "C"),
    "attest_b": ("A", "B"),
    "attest_a": ("A",),
}


def _url(value: str) -> str:
    if re.fullmatch(r"https?://[!-~]+", value) is None:
        raise ValueError(f"{value!r} is no URL; write it as the tokens' x5u does: https://...")
    return value


class StirPart(Part):
    """Certificates by the URL that tokens name them by; without any nothing is verified."""

    certificates: dict[Annotated[str, AfterValidator(_url)], Path] = Field(default_factory=dict)
    """File with the signer's certificate and those that lead to an authority."""
    authorities: tuple[Path, ...] = ()
    """Whose word is taken for a signer; without any each certificate speaks for itself."""
    required: Insistence = "off"
    """What a call must prove to come in."""
    freshness: Annotated[Seconds, Field(gt=0, le=3600)] = 60.0
    country: CallingCode | None = None
    """Calling code of numbers that the trunks send without one."""

    @model_validator(mode="after")
    def _with_certificates(self) -> Self:
        if self.required != "off" and not self.certificates:
            raise ValueError("required needs certificates: without any no call could come in")
        return self

    def is_enough(self, attestation: str | None) -> bool:
        """Whether a proven identity is as good as is insisted on."""
        return self.required == "off" or attestation in _ENOUGH[self.required]

"""Values that stand in the files of sip_profiles/: networks, names, codecs, hosts, numbers. Knows no use of them."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sip.errors import ParseError
from sip.protection.settings import Network, read_network
from sip.uri import Uri

Kind = Literal["numbers", "agents", "feature_codes", "external", "addresses"]
"""What can be called: our own numbers, phones of the house, feature codes, numbers outside; by transfer addresses."""
Codec = Literal["PCMU", "PCMA", "G722", "OPUS", "L16_8000", "L16_16000"]

_WIDEST = {4: 8, 6: 16}


def _narrow(network: Network) -> Network:
    if network.prefixlen < _WIDEST[network.version]:
        raise ValueError(f"{network} trusts half the world; name the carrier's own addresses")
    return network


def _plain_name(value: str) -> str:
    if not value or not value.isascii() or not all(letter.isalnum() or letter in "-_." for letter in value):
        raise ValueError(f"{value!r} is not a name; use letters, digits, - _ and .")
    return value


def _host(value: str) -> str:
    """A host name or address, with a port if need be: as it stands in a SIP URI."""
    try:
        uri = Uri.parse(f"sip:{value}")
    except ParseError:
        uri = None
    if uri is None or uri.params or uri.headers or uri.user is not None:
        raise ValueError(f"{value!r} is no host; write sip.carrier.example, 192.0.2.10 or 192.0.2.10:5080")
    return value


def _quoted(value: object) -> object:
    if isinstance(value, int):
        raise ValueError("quote it: YAML would drop the + and leading zeros of a number without quotes")
    return value


def _number_pattern(value: str) -> str:
    digits = value.removeprefix("!").removesuffix("*").removeprefix("+")
    if not value.isascii() or (digits and not digits.isdigit()) or value in ("", "!"):
        raise ValueError(f'{value!r} is no beginning of numbers; write "+34*", "+34911000001" or "!+34803*"')
    return value


Address = Annotated[Network, BeforeValidator(read_network), AfterValidator(_narrow)]
Name = Annotated[str, AfterValidator(_plain_name)]
Domain = Annotated[str, AfterValidator(_plain_name), AfterValidator(str.lower)]
Codecs = Annotated[tuple[Codec, ...], Field(min_length=1)]
HostPort = Annotated[str, AfterValidator(_host)]
Digits = Annotated[str, BeforeValidator(_quoted), Field(pattern=r"^\+?\d{1,32}$")]
"""A telephone number, or the beginning of one."""
NumberPattern = Annotated[str, BeforeValidator(_quoted), AfterValidator(_number_pattern)]
"""One number, or with * at the end all that begin so; with ! in front those are excepted."""


def _dial_pattern(value: str) -> str:
    word = value.removeprefix("!")
    if word == "home" or (len(word) == 2 and word.isascii() and word.isalpha() and word.isupper()):
        return value
    try:
        return _number_pattern(value)
    except ValueError:
        mend = 'write home, a country such as PT, or numbers: "+4420*", "+34911000001", "!+34803*"'
        raise ValueError(f"{value!r} names no numbers; {mend}") from None


DialPattern = Annotated[str, BeforeValidator(_quoted), AfterValidator(_dial_pattern)]
"""Numbers outside: those of the centre's own country (`home`), of another (`PT`), or as NumberPattern says them."""


def _calling_code(value: str) -> str:
    if re.fullmatch(r"[1-9]\d{0,2}", value, re.ASCII) is None:
        raise ValueError(f'{value!r} is no calling code; write its digits alone, such as "34"')
    return value


CallingCode = Annotated[str, AfterValidator(_calling_code)]
"""A country's, without +."""

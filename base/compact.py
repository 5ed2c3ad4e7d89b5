"""JSON without a space too many, for tables, cursors and wires.

The standard encoder builds its inner one anew for each text, which takes longer than to encode an event does; here it
is built once. What holds itself raises RecursionError instead of ValueError.
"""

from __future__ import annotations

import json
from json import encoder as _standard
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable


def encoder(
    *, ensure_ascii: bool = True, sort_keys: bool = False, allow_nan: bool = True
) -> Callable[[object], str]:
    """What encodes so. It raises TypeError, ValueError or RecursionError for what JSON cannot hold."""
    make = getattr(_standard, "c_make_encoder", None)
    if make is None:
        return json.JSONEncoder(
            separators=(",", ":"), ensure_ascii=ensure_ascii, sort_keys=sort_keys, allow_nan=allow_nan
        ).encode
    quoted = _standard.encode_basestring_ascii if ensure_ascii else _standard.encode_basestring
    skips_keys = False
    pieces = make(None, _refuse, quoted, None, ":", ",", sort_keys, skips_keys, allow_nan)
    return lambda value: "".join(pieces(value, 0))


def _refuse(value: object) -> NoReturn:
    raise TypeError(f"{type(value).__name__} is nothing that JSON can hold")


compact = encoder()
"""All but ASCII is escaped."""
compact_text = encoder(ensure_ascii=False)
"""Letters of all scripts stand as they are: shorter, and fit for being searched."""

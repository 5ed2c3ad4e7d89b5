"""Text that people write, as it is kept: no card number is, and nothing that a database cannot hold."""

from __future__ import annotations

from records.card_numbers import mask_text


def cleaned(text: str | None) -> str | None:
    """The same with card numbers masked to their last four digits."""
    if text is None:
        return None
    fit = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return mask_text(fit)[0]

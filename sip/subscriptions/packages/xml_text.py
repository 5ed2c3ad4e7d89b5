"""XML documents as octets: what peers wrote into names and numbers cannot break them (XML 1.0 s.2.2)."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring


def clean(text: str) -> str:
    """The text without characters that no XML document may hold, however they are written."""
    return "".join(letter for letter in text if _is_allowed(ord(letter)))


def add(parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
    """A child with a text and attributes; an underscore in an attribute's name stands for a hyphen."""
    child = SubElement(
        parent, name, {key.replace("_", "-"): clean(value) for key, value in attributes.items()}
    )
    if text is not None:
        child.text = clean(text)
    return child


def root(name: str, **attributes: str) -> Element:
    """The root of a document."""
    return Element(name, {key: clean(value) for key, value in attributes.items()})


def encode(element: Element) -> bytes:
    """The document as octets."""
    written: bytes = tostring(element, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + written


def _is_allowed(code: int) -> bool:
    return (
        code >= 0x20 and not 0x7F <= code < 0xA0 and not 0xD800 <= code < 0xE000 and code & 0xFFFE != 0xFFFE
    )

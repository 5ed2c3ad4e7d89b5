"""Streams cut into messages (RFC 3261 s.7.5, s.18.3, s.20.14) and keep-alives (RFC 5626 s.3.5.1)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.framing import MAX_BODY, MAX_HEAD, MOST_LINE_ENDS, PING, Framer
from tests.kit.builders import OFFER, request

if TYPE_CHECKING:
    from collections.abc import Sequence

INVITE = request(body=OFFER)
OPTIONS = request("OPTIONS")
PIECES = st.lists(st.sampled_from([INVITE, OPTIONS, b"\r\n\r\n", b"\r\n"]), max_size=8)


def heard(chunks: Sequence[bytes]) -> tuple[list[bytes], int]:
    framer, messages, pings = Framer(), [], 0
    for chunk in chunks:
        found, more = framer.feed(chunk)
        assert all(each.fault is None for each in found)
        messages += [each.data for each in found]
        pings += more
    assert not framer.is_broken
    return messages, pings


@given(PIECES, st.lists(st.integers(0, 4000)))
def test_a_stream_is_the_same_messages_however_it_is_cut(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[one:other] for one, other in pairwise(places)]
    messages, pings = heard(chunks)
    assert messages == [each for each in pieces if each[0] not in b"\r\n"]
    assert (messages, pings) == heard([stream]) == heard([bytes([octet]) for octet in stream])


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_noise_neither_raises_nor_is_kept_without_end(chunks: list[bytes]) -> None:
    framer = Framer()
    for chunk in chunks:
        framer.feed(chunk)
        assert len(framer) <= MAX_HEAD + MAX_BODY


def test_two_messages_in_one_segment_are_two() -> None:
    assert heard([INVITE + OPTIONS]) == ([INVITE, OPTIONS], 0)


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_a_flood_of_line_ends_breaks_the_stream_before_it_costs_time(line_end: bytes) -> None:
    framer = Framer()
    _, pings = framer.feed(line_end * 1_000_000 + OPTIONS)
    assert framer.is_broken
    assert not len(framer)
    assert pings <= MOST_LINE_ENDS // len(PING) + 1


def test_as_many_keep_alives_as_are_borne_at_once_are_answered() -> None:
    most = MOST_LINE_ENDS // len(PING)
    assert heard([PING * most + OPTIONS, PING * most]) == ([OPTIONS], 2 * most)


def test_each_double_crlf_is_a_ping_and_a_single_one_is_nothing() -> None:
    assert heard([b"\r\n\r\n", b"\r\n\r\n\r\n\r\n"]) == ([], 3)
    assert heard([b"\r\n", OPTIONS, b"\r\n", OPTIONS]) == ([OPTIONS, OPTIONS], 0)
    assert heard([b"\r\n", b"\r\n"]) == ([], 1)


@pytest.mark.parametrize(
    "line", ["L: 3", "l : 3", "Content-Length:\r\n 3", "CONTENT-LENGTH  :  3", "X: 1\nl: 3"]
)
def test_content_length_is_found_as_the_parser_finds_it(line: str) -> None:
    head = f"OPTIONS sip:a SIP/2.0\r\n{line}\r\n\r\n".encode()
    assert heard([head + b"abc" + OPTIONS]) == ([head + b"abc", OPTIONS], 0)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("X: 1", "no Content-Length"),
        ("Content-Length: -1", "Content-Length is not a number"),
        ("Content-Length:", "Content-Length is not a number"),
        ("Content-Length: 0\r\nl: 0", "one Content-Length is needed"),
        (f"Content-Length: {MAX_BODY + 1}", "Content-Length is too large"),
        (f"Content-Length: {'9' * 4000}", "Content-Length is not a number"),
    ],
)
def test_a_message_whose_end_cannot_be_known_is_the_streams_last(lines: str, fault: str) -> None:
    framer = Framer()
    head = f"OPTIONS sip:a SIP/2.0\r\n{lines}\r\n\r\n".encode()
    (found,), _ = framer.feed(head + OPTIONS)
    assert (found.data, found.fault) == (head, fault)
    assert framer.is_broken
    assert framer.feed(OPTIONS) == ([], 0)
    assert len(framer) == 0


def test_headers_without_end_break_the_stream_at_64_kib() -> None:
    framer = Framer()
    for _ in range(MAX_HEAD // 1024):
        assert framer.feed(b"a" * 1024) == ([], 0)
    assert len(framer) == MAX_HEAD
    framer.feed(b"a")
    assert framer.is_broken
    assert len(framer) == 0


def test_headers_with_an_end_beyond_64_kib_break_the_stream() -> None:
    framer = Framer()
    assert framer.feed(b"OPTIONS sip:a SIP/2.0\r\nX: " + b"a" * MAX_HEAD + b"\r\nl: 0\r\n\r\n") == ([], 0)
    assert framer.is_broken


def test_a_message_has_begun_only_once_more_than_line_ends_came() -> None:
    framer, begun = Framer(), []
    for chunk in (b"\r\n", b"O", OPTIONS[1:]):
        framer.feed(chunk)
        begun.append(framer.is_mid_message)
    assert begun == [False, True, False]


def test_ten_thousand_messages_in_one_segment_are_taken_in_one_go() -> None:
    assert len(heard([OPTIONS * 10_000])[0]) == 10_000

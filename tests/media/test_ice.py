"""A port that finds its peer by ICE (RFC 8445): who is answered, who is heard, and that nobody else gets anything."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from media.codec import Codec
from media.connection import Connection, Dtls, Format, Ice
from media.errors import MediaError
from tests.kit.ice import STRANGER, USERNAME, Checker, attribute, error_of, hello, request, with_fingerprint
from tests.kit.rtp import FarEnd, until
from tests.kit.tone import tone

if TYPE_CHECKING:
    from media.plane import Plane, Port


def begun(plane: Plane, far: Checker, *, is_client: bool = False) -> Port:
    port = plane.open_port()
    far.meet_by_ice(plane, port, is_client=is_client)
    return port


def test_credentials_are_drawn_anew_each_time(plane: Plane) -> None:
    drawn = [plane.draw_ice() for _ in range(50)]
    assert len({fragment for fragment, _ in drawn}) == len({password for _, password in drawn}) == 50
    assert all(len(fragment) >= 4 and len(password) >= 22 for fragment, password in drawn)
    assert len(plane.fingerprint) == 95
    assert plane.fingerprint == plane.fingerprint


def test_a_check_is_answered_with_the_address_it_came_from(plane: Plane) -> None:
    with Checker() as far:
        begun(plane, far)
        far.check()
        assert far.is_answered()
        far.check(nominate=True)
        assert far.is_answered()


def test_a_wrong_password_name_or_shape_is_refused(plane: Plane) -> None:
    with Checker() as far:
        begun(plane, far)
        far.check(password="wrong")
        assert error_of(far.hear_bytes()) == 401
        far.check(username="nobody:peer")
        assert error_of(far.hear_bytes()) == 401
        far.check(more=attribute(0x0031, b"what?"))
        assert error_of(far.hear_bytes()) == 420
        nameless = b"\0\1\0\0\x21\x12\xa4\x42" + os.urandom(12) + attribute(USERNAME, b"unsigned:peer")
        far.send_bytes(with_fingerprint(nameless))
        assert error_of(far.hear_bytes()) == 400


def test_a_flood_of_strangers_is_hardly_answered_and_the_peer_still_is(plane: Plane) -> None:
    with Checker() as far, Checker() as stranger:
        port = begun(plane, far)
        stranger.target = far.target
        for _ in range(80):
            stranger.send_bytes(request("a:b", "guess", nominate=True))
            stranger.send_bytes(os.urandom(200))
        far.check(nominate=True)
        assert far.is_answered()
        answers = len(_all_datagrams(stranger))
        assert answers <= 10  # five a second
        assert until(lambda: port.counters().strangers >= 100)


def test_nothing_is_played_to_anybody_before_keys_are_agreed(plane: Plane) -> None:
    with Checker() as far:
        port = begun(plane, far)
        port.play([plane.load_clip(tone([440], 1.0))])
        far.check(nominate=True)
        assert far.is_answered()
        far.send(b"\xff" * 160)
        assert far.hears_nothing(seconds=0.3)
        assert (port.counters().packets_in, port.counters().packets_out) == (0, 0)


def test_a_hello_is_heard_only_from_an_address_that_was_checked(plane: Plane) -> None:
    with Checker() as far, FarEnd() as stranger:
        begun(plane, far)
        far.check(nominate=True)
        assert far.is_answered()
        stranger.target = far.target
        for _ in range(20):
            stranger.send_bytes(hello())
        assert stranger.hears_nothing(seconds=0.3)
        far.send_bytes(hello())
        assert far.hear_bytes()[0] == 22


def test_an_unchecked_address_gets_no_answer_to_its_hello(plane: Plane) -> None:
    with Checker() as far:
        begun(plane, far)
        for _ in range(20):
            far.send_bytes(hello())
        assert far.hears_nothing(seconds=0.3)
        far.check(password="wrong")
        assert error_of(far.hear_bytes()) == 401
        far.send_bytes(hello())
        assert far.hears_nothing(seconds=0.3)


def test_the_active_side_says_hello_where_it_was_checked_and_nowhere_else(plane: Plane) -> None:
    with Checker() as far:
        begun(plane, far, is_client=True)
        assert far.hears_nothing(seconds=0.2)
        far.check(nominate=True)
        assert far.is_answered()
        assert far.hear_bytes()[0] == 22


def test_broken_records_after_a_check_harm_nobody(plane: Plane) -> None:
    with Checker() as far:
        port = begun(plane, far)
        far.check(nominate=True)
        assert far.is_answered()
        for length in range(200):
            far.send_bytes(bytes([20 + length % 44]) + os.urandom(length))
        sound = hello()
        for place in range(13, len(sound), 7):
            far.send_bytes(sound[:place] + os.urandom(1) + sound[place + 1 :])
        far.check(nominate=True)
        answers = [far.hear_bytes()]
        while answers[-1][0] > 3:
            answers.append(far.hear_bytes())
        assert port.counters().packets_in == 0


@pytest.mark.parametrize(
    "dtls",
    [
        Dtls((STRANGER,), is_client=False, ice=Ice("short", "short", "peer")),
        Dtls((("sha-1", "AB"),), is_client=False),
        Dtls((), is_client=False),
    ],
)
def test_what_cannot_be_is_refused_at_once(plane: Plane, dtls: Dtls) -> None:
    terms = Connection(remote=("127.0.0.1", 9), sends=Format(Codec.PCMU, 0), dtls=dtls)
    with pytest.raises(MediaError):
        plane.open_port().connect(terms)


def _all_datagrams(far: FarEnd) -> list[bytes]:
    found = []
    far.socket.settimeout(0.2)
    try:
        while True:
            found.append(far.socket.recv(4096))
    except TimeoutError:
        return found

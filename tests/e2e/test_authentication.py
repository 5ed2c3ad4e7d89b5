"""Digest on the wire by a client of its own: algorithms, protections, replays (RFC 7616, RFC 8760), and bans lifted."""

from __future__ import annotations

import hashlib
import re
import socket
from typing import TYPE_CHECKING, Self

import pytest

from tests.e2e.centre import PASSWORD, make_centre
from tests.kit.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.server import Server

ACCOUNT = "1003"
ALGORITHMS = {"SHA-512-256": "sha512_256", "SHA-256": "sha256", "MD5": "md5"}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_centre(
        tmp_path_factory.mktemp("node"), digest="SHA-512-256, SHA-256, MD5, SHA-256-sess, MD5-sess"
    )
    phones = server.folder / "sip_profiles" / "internal.yaml"
    phones.write_text(
        phones.read_text().replace(
            "\ndigest:\n", "\ndigest:\n  qop: [auth, auth-int]\n  authentication_info: true\n"
        )
    )
    with server:
        yield server


class Client:
    """A phone that does its own sums."""

    def __init__(self, server: Server, address: str) -> None:
        self.server = server
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, free_port(address=address)))
        self.socket.settimeout(2)
        self.here = "{}:{}".format(*self.socket.getsockname())
        self.uri = "sip:{}:{}".format(*server.sip)
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, method: str = "REGISTER", authorization: str = "", body: str = "") -> str:
        """Send one request and give the final answer."""
        self.count += 1
        proof = f"Authorization: {authorization}\r\n" if authorization else ""
        kind = "Content-Type: text/plain\r\n" if body else ""
        text = (
            f"{method} {self.uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.here};branch=z9hG4bKd{self.count};rport\r\n"
            f"From: <sip:{ACCOUNT}@centralita>;tag=d{self.count}\r\nTo: <sip:{ACCOUNT}@centralita>\r\n"
            f"Call-ID: digest-{self.here}\r\nCSeq: {self.count} {method}\r\nMax-Forwards: 70\r\n{proof}{kind}"
            f"Contact: <sip:{ACCOUNT}@{self.here}>\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        self.socket.sendto(text.encode(), self.server.sip)
        while (answer := self.socket.recv(65535).decode()).startswith("SIP/2.0 1"):
            pass
        return answer

    def nonce(self) -> str:
        """A fresh one."""
        return quoted(self.ask(), "nonce")

    def proof(
        self,
        nonce: str,
        algorithm: str = "SHA-256",
        *,
        qop: str = "auth",
        nc: int = 1,
        method: str = "REGISTER",
        body: str = "",
        user: str = ACCOUNT,
        password: str = PASSWORD,
    ) -> str:
        """The value of Authorization (RFC 7616 s.3.4.1)."""

        def digest(*parts: str) -> str:
            name = ALGORITHMS[algorithm.removesuffix("-sess")]
            return hashlib.new(name, ":".join(parts).encode(), usedforsecurity=False).hexdigest()

        first = digest(user, "centralita", password)
        if algorithm.endswith("-sess"):
            first = digest(first, nonce, "0a4f113b")
        second = digest(method, self.uri, digest(body)) if qop == "auth-int" else digest(method, self.uri)
        response = digest(first, nonce, f"{nc:08x}", "0a4f113b", qop, second)
        return (
            f'Digest username="{user}", realm="centralita", nonce="{nonce}", uri="{self.uri}", algorithm={algorithm}, '
            f'response="{response}", qop={qop}, nc={nc:08x}, cnonce="0a4f113b"'
        )


def quoted(answer: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', answer)
    assert found, answer
    return found[1]


def status(answer: str) -> int:
    return int(answer.split()[1])


@pytest.fixture
def client(server: Server, stranger: str) -> Iterator[Client]:
    with Client(server, stranger) as made:
        yield made


def test_the_challenges_stand_in_the_order_of_the_file(client: Client) -> None:
    """RFC 8760 s.2.4."""
    answer = client.ask()
    assert status(answer) == 401
    offered = re.findall(r"WWW-Authenticate: Digest .*algorithm=([^,]+), qop=\"auth,auth-int\"", answer)
    assert offered == ["SHA-512-256", "SHA-256", "MD5", "SHA-256-sess", "MD5-sess"]


@pytest.mark.parametrize("qop", ["auth", "auth-int"])
@pytest.mark.parametrize("algorithm", ["SHA-512-256", "SHA-256", "MD5", "SHA-256-sess", "MD5-sess"])
def test_every_algorithm_is_good_with_either_protection(client: Client, algorithm: str, qop: str) -> None:
    answer = client.ask(authorization=client.proof(client.nonce(), algorithm, qop=qop, body="x"), body="x")
    assert status(answer) == 200
    assert ("Authentication-Info: qop=auth, rspauth=" in answer) == (qop == "auth")


def test_a_changed_body_is_noticed(client: Client) -> None:
    said = client.proof(client.nonce(), qop="auth-int", body="x", method="MESSAGE")
    assert status(client.ask("MESSAGE", said, body="y")) == 403
    said = client.proof(client.nonce(), qop="auth-int", body="x", method="MESSAGE")
    assert status(client.ask("MESSAGE", said, body="x")) not in (401, 403)


def test_a_replay_is_refused_as_stale_and_the_next_count_is_good(client: Client) -> None:
    nonce = client.nonce()
    said = client.proof(nonce)
    assert status(client.ask(authorization=said)) == 200
    again = client.ask(authorization=said)
    assert (status(again), "stale=true" in again) == (401, True)
    assert status(client.ask(authorization=client.proof(nonce, nc=2))) == 200


def test_a_nonce_is_good_where_it_was_given_and_tells_nothing_elsewhere(
    server: Server, client: Client
) -> None:
    nonce = client.nonce()
    with Client(server, "127.0.77.9") as thief:
        thief.uri = client.uri
        for password in (PASSWORD, "wrong-guess-again"):
            answer = thief.ask(authorization=thief.proof(nonce, password=password))
            assert (status(answer), "stale=true" in answer) == (401, True)


@pytest.mark.parametrize(
    "method", ["REGISTER", "INVITE", "MESSAGE", "SUBSCRIBE", "REFER", "PUBLISH", "NOTIFY", "INFO", "UPDATE"]
)
def test_every_method_is_challenged(client: Client, method: str) -> None:
    assert status(client.ask(method)) == 401


def test_a_banned_source_is_listed_and_let_in_again(server: Server, client: Client, stranger: str) -> None:
    for _ in range(10):
        answer = client.ask(authorization=client.proof(client.nonce(), password="wrong-guess-again"))
        assert status(answer) == 403
    with pytest.raises(TimeoutError):
        client.ask()
    state = ("--state", str(server.state))
    listed = server.run("bans", "list", *state)
    assert re.search(rf"{re.escape(stranger)} +passwords", listed.stdout), listed
    assert server.run("bans", "remove", stranger, *state).returncode == 0
    assert status(client.ask()) == 401
    turned_away = server.ask("/api/v1/guard")["turned_away"]
    assert turned_away["passwords"] >= 10
    assert turned_away["banned"] >= 1

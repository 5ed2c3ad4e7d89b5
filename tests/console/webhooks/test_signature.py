"""Signatures as receivers check them, with the example of the specification."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING

import pytest

from base.errors import DocumentError
from base.secret import Secret
from console.webhooks.secrets_file import Secrets, load_secrets, save_secrets
from console.webhooks.signature import headers, new_secret

if TYPE_CHECKING:
    from pathlib import Path

# The example of the Standard Webhooks specification 1.0.0.
EXAMPLE = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'


def test_the_example_of_the_specification_has_its_signature() -> None:
    assert headers([EXAMPLE], MESSAGE, BODY, now=1614265330.9) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_new_secret_is_long_and_no_two_are_alike() -> None:
    first, second = new_secret(), new_secret()
    assert first.reveal() != second.reveal()
    assert len(base64.b64decode(first.reveal().removeprefix("whsec_"))) == 32
    assert "whsec" not in f"{first} {first!r}"


def test_while_a_secret_changes_there_is_a_signature_by_each() -> None:
    old, new = new_secret(), new_secret()
    secrets = Secrets(old).rotated(new, until=200.0)
    both = headers(secrets.valid(now=199.0), "m", b"x", now=199.0)["webhook-signature"].split()
    assert both == [f"v1,{_signed(each, b'm.199.x')}" for each in (new, old)]
    assert len(secrets.valid(now=200.0)) == 1


def _signed(secret: Secret, text: bytes) -> str:
    key = base64.b64decode(secret.reveal().removeprefix("whsec_"))
    return base64.b64encode(hmac.digest(key, text, "sha256")).decode()


def test_the_file_of_secrets_is_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "webhook-secrets.yaml"
    assert load_secrets(path) == {}
    first, second = new_secret(), new_secret()
    save_secrets(path, {"wh_1": Secrets(first), "wh_2": Secrets(second).rotated(first, until=5.0)})
    assert path.stat().st_mode & 0o777 == 0o600
    found = load_secrets(path)
    assert found["wh_1"].current.reveal() == first.reveal()
    assert found["wh_2"].previous is not None
    assert found["wh_2"].previous.reveal() == second.reveal()
    path.chmod(0o640)
    with pytest.raises(DocumentError, match="chmod 600"):
        load_secrets(path)


@pytest.mark.parametrize(
    "text", ["- a\n", "wh_1: x\n", "wh_1: {}\n", "wh_1: {current: [1]}\n", "{", "wh_1: {current: é}"]
)
def test_a_file_that_holds_no_secrets_is_refused_and_not_quoted(tmp_path: Path, text: str) -> None:
    path = tmp_path / "webhook-secrets.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(DocumentError, match="does not hold the secrets"):
        load_secrets(path)

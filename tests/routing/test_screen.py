"""What agents' phones show: whose call, who calls, how it rings, which page opens; and what may never be in it."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from calls.contact import Contact
from routing.agents.screen import Screen, ScreenPart, screen
from routing.clients import Client
from routing.documents import QueuePart


def contact(**facts: object) -> Contact:
    made = Contact("c-1", ani="+34600100200", display="Eva", dnis="+34910000001", record=lambda *_: None)
    made.client, made.language = "banco_sol", "es"
    made.attributes = {"tracking": "AB12", "balance": "9999", "pin": "4321"}
    for name, value in facts.items():
        setattr(made, name, value)
    return made


def shown(part: ScreenPart, of: Contact | None = None, *, alert: str | None = None) -> Screen:
    return screen(part, "Banco Sol", "Cards", alert, of or contact(), "cards")


def test_the_client_company_stands_before_the_callers_name_unless_told_otherwise() -> None:
    assert shown(ScreenPart()) == Screen("Banco Sol", ())
    assert shown(ScreenPart(shows="{client} / {queue}")).house == "Banco Sol / Cards"
    assert shown(ScreenPart(shows="")).house == ""
    assert contact().caller_identity("Banco Sol").display == "Banco Sol Eva"


def test_a_number_that_agents_may_not_see_is_on_no_phone() -> None:
    hidden = contact(is_hidden=True)
    identity = hidden.caller_identity("Banco Sol")
    assert (identity.user, identity.display, identity.is_private) == ("", "Banco Sol", False)
    part = ScreenPart(number=False, script="https://crm.example/?from={caller}&id={contact}")
    assert shown(part, hidden).headers == (("Call-Info", "<https://crm.example/?from=&id=c-1>;purpose=info"),)
    assert "600100200" not in str(shown(part, contact(is_private=True)))


def test_a_page_is_named_with_what_it_needs_and_nothing_breaks_out_of_it() -> None:
    part = ScreenPart(
        script="https://crm.example/{client}/{contact}?q={queue}&n={caller}&d={dialled}&l={language}&t={tracking}"
    )
    assert shown(part).headers == (
        (
            "Call-Info",
            "<https://crm.example/banco_sol/c-1?q=cards&n=%2B34600100200&d=%2B34910000001&l=es&t=AB12>;purpose=info",
        ),
    )
    evil = contact(ani='6">\r\nEvil: 1<', dnis="a&b=c", language=None)
    ((_, value),) = shown(part, evil).headers
    assert value.count(">") == 1
    assert not set(value) & set('\r\n "')
    assert "9999" not in value
    assert "4321" not in value


def test_a_queue_rings_in_its_own_way() -> None:
    assert shown(ScreenPart(), alert="<http://127.0.0.1>;info=ring2").headers == (
        ("Alert-Info", "<http://127.0.0.1>;info=ring2"),
    )


@pytest.mark.parametrize(
    "alert",
    [
        "<http://127.0.0.1>;info=ring2",
        "<urn:alert:priority:high>",
        "<http://x/Bellcore-dr3>",
        "<file:ring.wav>;a",
    ],
)
def test_an_alert_of_the_usual_forms_is_taken(alert: str) -> None:
    assert QueuePart(alert=alert).alert == alert


@pytest.mark.parametrize(
    "alert",
    [
        "ring2",
        "Bellcore-dr3",
        "<http://x>\r\nEvil: 1",
        "<http://x>;a=b c",
        "<>",
        "<x" + "y" * 300 + ":z>",
        "",
    ],
)
def test_an_alert_that_would_break_the_message_is_refused(alert: str) -> None:
    with pytest.raises(ValidationError, match=r"Alert-Info"):
        QueuePart(alert=alert)


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("script", "javascript:alert(1)", "no web address"),
        ("script", "https://crm.example/{pin}", "{pin} is not known"),
        ("script", "https://crm.example/ x", "no web address"),
        ("script", "https://crm.example/>;purpose=card", "no web address"),
        ("script", "https://crm.example/{contact", "a brace stands alone"),
        ("shows", "{number}", "{number} is not known"),
        ("shows", "a\nb", "one line"),
    ],
)
def test_a_screen_that_cannot_be_is_refused_in_words(field: str, value: str, what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        ScreenPart.model_validate({field: value})


@pytest.mark.parametrize("number", ["34910000099", "+0", "+34 91", "910000099", 34910000099])
def test_a_client_companys_own_number_is_in_e164(number: object) -> None:
    with pytest.raises(ValidationError):
        Client.model_validate({"schema": "client/1", "name": "Bank", "caller_id": number})

"""The documents of the event packages: reg (RFC 3680), dialog (RFC 4235), message-summary (RFC 3842)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.memory import MemoryLocation
from sip.events import RegistrationChanged
from sip.registrar.location import Binding
from sip.subscriptions.event_package import Document, Watched
from sip.subscriptions.packages.dialog import DialogInfo, DialogPackage, DialogState
from sip.subscriptions.packages.message_summary import Mailbox, MessageSummaryPackage
from sip.subscriptions.packages.reg import RegPackage
from tests.kit.builders import FLOW

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

OWN = Watched("1001", "1001", "sip:1001@192.0.2.1")
COLLEAGUE = Watched("1001", "1002", "sip:1002@192.0.2.1:5070")
DIALOG = "{urn:ietf:params:xml:ns:dialog-info}"
REG = "{urn:ietf:params:xml:ns:reginfo}"
CALL = DialogInfo(
    "d1", DialogState.EARLY, is_initiator=False, remote="600100200", display="Bob", call_id="c", local_tag="l",
    remote_tag="r",
)  # fmt: skip


class Switchboard:
    """Lines and mailboxes that a test sets."""

    def __init__(self, *dialogs: DialogInfo) -> None:
        self.calls = dialogs
        self.boxes: dict[str, Mailbox] = {}

    def knows(self, resource: str) -> bool:
        return resource == "1002"

    def dialogs(self, resource: str) -> tuple[DialogInfo, ...]:
        return self.calls

    def find(self, account: str) -> Mailbox | None:
        return self.boxes.get(account)


def read(document: Document) -> Element:
    return ElementTree.fromstring(document.body)


def test_a_document_of_no_calls() -> None:
    info = read(DialogPackage(Switchboard()).document(COLLEAGUE, 0, {}, now=0.0))
    assert info.tag == f"{DIALOG}dialog-info"
    assert info.attrib == {"version": "0", "state": "full", "entity": "sip:1002@192.0.2.1:5070"}
    assert list(info) == []


def test_a_ringing_call_tells_who_calls_whom_and_how_to_take_it_over() -> None:
    """s.4.1: direction, identities on both sides, and the dialog's identity."""
    document = DialogPackage(Switchboard(CALL)).document(COLLEAGUE, 3, {}, now=0.0)
    (dialog,) = read(document)
    assert dialog.attrib == {
        "id": "d1",
        "call-id": "c",
        "local-tag": "l",
        "remote-tag": "r",
        "direction": "recipient",
    }
    assert dialog.findtext(f"{DIALOG}state") == "early"
    assert dialog.findtext(f"{DIALOG}local/{DIALOG}identity") == "sip:1002@192.0.2.1:5070"
    remote = dialog.find(f"{DIALOG}remote/{DIALOG}identity")
    assert remote is not None
    assert (remote.text, remote.get("display")) == ("sip:600100200@192.0.2.1:5070", "Bob")


@pytest.mark.parametrize(
    ("watched", "is_told"), [(COLLEAGUE, False), (Watched("1002", "1002", "sip:1002@h"), True)]
)
def test_of_an_answered_call_only_its_owner_learns_the_identity(watched: Watched, *, is_told: bool) -> None:
    """s.6: it is enough to end or take over the call."""
    call = DialogInfo("d1", DialogState.CONFIRMED, is_initiator=True, remote="", call_id="c")
    (dialog,) = read(DialogPackage(Switchboard(call)).document(watched, 0, {}, now=0.0))
    assert ("call-id" in dialog.attrib) == is_told
    assert dialog.get("direction") == "initiator"
    assert dialog.findtext(f"{DIALOG}state") == "confirmed"
    assert (dialog.findtext(f"{DIALOG}remote/{DIALOG}identity") or "").startswith("sip:anonymous@")


def test_who_holds_a_call_renders_nothing() -> None:
    """s.4.1.6.2: the lamp of a held call looks different."""
    call = DialogInfo("d1", DialogState.CONFIRMED, is_initiator=True, remote="100", is_holding=True)
    (dialog,) = read(DialogPackage(Switchboard(call)).document(COLLEAGUE, 0, {}, now=0.0))
    param = dialog.find(f"{DIALOG}local/{DIALOG}target/{DIALOG}param")
    assert param is not None
    assert param.attrib == {"pname": "+sip.rendering", "pvalue": "no"}


def test_a_call_that_ended_is_told_once_more() -> None:
    """s.3.7.1: the watcher is told of terminated, and then no more of it."""
    board = Switchboard(CALL)
    package = DialogPackage(board)
    first = package.document(COLLEAGUE, 0, {}, now=0.0)
    board.calls = ()
    second = package.document(COLLEAGUE, 1, first.told, now=0.0)
    (dialog,) = read(second)
    assert (dialog.get("id"), dialog.findtext(f"{DIALOG}state")) == ("d1", "terminated")
    assert list(read(package.document(COLLEAGUE, 2, second.told, now=0.0))) == []


@given(st.text(st.characters(codec=None)), st.text(st.characters(codec=None)))
def test_no_name_or_number_breaks_a_document(display: str, number: str) -> None:
    """XML 1.0 s.2.2; names come from strangers, whatever octets they sent."""
    call = DialogInfo("d1", DialogState.EARLY, is_initiator=False, remote=number, display=display)
    document = DialogPackage(Switchboard(call)).document(COLLEAGUE, 0, {}, now=0.0)
    assert len(list(read(document).iter())) == 9


def registered(contact: str = 'sip:1001@192.0.2.10:5060;x="<&>"') -> Binding:
    return Binding("1001", contact, FLOW, 300.0, "call-id", 7, 0.0, 0.5)


def test_contacts_of_an_account() -> None:
    location = MemoryLocation()
    package = RegPackage(location, lambda: ("1001",))
    empty = read(package.document(OWN, 0, {}, now=0.0))
    registration = empty[0]
    assert (empty.tag, empty.get("state"), empty.get("version")) == (f"{REG}reginfo", "full", "0")
    assert (registration.get("aor"), registration.get("state")) == ("sip:1001@192.0.2.1", "init")
    binding = registered()
    location.replace("1001", (binding,))
    (registration,) = read(package.document(OWN, 1, {}, now=100.0))
    (contact,) = registration
    assert registration.get("state") == "active"
    assert contact.findtext(f"{REG}uri") == binding.contact
    assert {name: contact.get(name) for name in set(contact.keys()) - {"id"}} == {
        "state": "active",
        "event": "registered",
        "duration-registered": "100",
        "expires": "200",
        "q": "0.5",
        "callid": "call-id",
        "cseq": "7",
    }


@pytest.mark.parametrize(
    ("reason", "event"),
    [("unregistered", "unregistered"), ("expired", "expired"), ("connection lost", "deactivated")],
)
def test_a_contact_that_went_is_told_once_with_the_reason(reason: str, event: str) -> None:
    """s.5.2: contact terminated, and the registration with its last contact."""
    location = MemoryLocation()
    package = RegPackage(location, lambda: ("1001",))
    location.replace("1001", (registered(),))
    first = package.document(OWN, 0, {}, now=0.0)
    location.replace("1001", ())
    package.heard(RegistrationChanged("1001", (), reason))
    second = package.document(OWN, 1, first.told, now=1.0)
    (registration,) = read(second)
    (contact,) = registration
    assert registration.get("state") == "terminated"
    assert (contact.get("state"), contact.get("event")) == ("terminated", event)
    assert contact.findtext(f"{REG}uri") == registered().contact
    assert list(read(package.document(OWN, 2, second.told, now=2.0))[0]) == []


def test_an_empty_and_a_full_mailbox() -> None:
    """RFC 3842 s.5.2."""
    board = Switchboard()
    package = MessageSummaryPackage(board)
    assert not package.knows("1001")
    board.boxes["1001"] = Mailbox()
    assert package.knows("1001")
    assert package.document(OWN, 0, {}, now=0.0).body == (
        b"Messages-Waiting: no\r\nMessage-Account: sip:1001@192.0.2.1\r\nVoice-Message: 0/0 (0/0)\r\n"
    )
    board.boxes["1001"] = Mailbox(2, 8, 0, 2)
    assert b"Messages-Waiting: yes\r\n" in package.document(OWN, 0, {}, now=0.0).body
    assert b"Voice-Message: 2/8 (0/2)\r\n" in package.document(OWN, 0, {}, now=0.0).body

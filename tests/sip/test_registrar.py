"""The registrar's rules of RFC 3261 section 10.3, in virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.memory import MemoryLocation
from sip.events import Caller, RegistrationChanged
from sip.flow import Flow
from sip.message import Request, fields_of
from sip.registrar import BindingRegistrar, RegistrationLimits

if TYPE_CHECKING:
    from sip.verdicts import RegisterReply

ANA = Caller("internal", "1001", None, "1001", "Ana", "192.0.2.10:5060")
LIMITS = RegistrationLimits(minimum=60, default=300, maximum=3600, contacts=3)
HOME = ("192.0.2.10", 40001)


class Desk:
    """A registrar with its location, and a phone that counts its CSeq."""

    def __init__(self) -> None:
        self.location = MemoryLocation()
        self.registrar = BindingRegistrar(self.location, {"1001", "1002"}, LIMITS)
        self.cseq = 0

    def register(
        self,
        *contacts: str,
        now: float = 0.0,
        to: str = "<sip:1001@centralita>",
        expires: str | None = None,
        call_id: str = "a@phone",
        cseq: int | None = None,
        source: tuple[str, int] = HOME,
        caller: Caller = ANA,
    ) -> RegisterReply:
        self.cseq = self.cseq + 1 if cseq is None else cseq
        pairs = [("To", to), ("From", to), ("Call-ID", call_id), ("CSeq", f"{self.cseq} REGISTER")]
        pairs += [("Contact", contact) for contact in contacts]
        pairs += [("Expires", expires)] if expires is not None else []
        request = Request("REGISTER", "sip:centralita", fields_of(pairs))
        request.flow = Flow("UDP", ("192.0.2.1", 5060), source)
        return self.registrar.handle(request, caller, now)

    def contacts(self, *, now: float = 0.0) -> list[str]:
        return [each.contact for each in self.location.find("1001", now=now)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


ONE = "<sip:1001@10.0.0.5:5062>"
TWO = "<sip:1001@10.0.0.6:5062>"


def test_a_contact_is_bound_and_listed_with_what_is_left_of_it(desk: Desk) -> None:
    reply = desk.register(ONE, expires="600")
    assert reply.status == 200
    assert reply.headers == (("Contact", "<sip:1001@10.0.0.5:5062>;expires=600"),)
    assert desk.register(now=100.0).headers == (("Contact", "<sip:1001@10.0.0.5:5062>;expires=500"),)


def test_a_change_of_the_set_is_told_and_a_refresh_is_not(desk: Desk) -> None:
    (change,) = desk.register(ONE).changed
    assert (change.account, change.reason) == ("1001", "registered")
    assert [each.contact for each in change.bindings] == ["sip:1001@10.0.0.5:5062"]
    assert desk.register(ONE, now=50.0).changed == ()
    assert desk.register(now=51.0).changed == ()
    (gone,) = desk.register(ONE, expires="0", now=52.0).changed
    assert gone == RegistrationChanged("1001", (), "unregistered")


def test_calls_go_where_the_registration_came_from(desk: Desk) -> None:
    desk.register(ONE)
    (binding,) = desk.location.find("1001", now=0.0)
    assert binding.destination == HOME
    (moved,) = desk.register(ONE, source=("192.0.2.10", 50002)).changed
    assert moved.reason == "moved"
    assert moved.bindings[0].destination == ("192.0.2.10", 50002)


def test_a_contacts_own_expiry_goes_before_the_header_and_the_header_before_the_default(desk: Desk) -> None:
    reply = desk.register(f"{ONE};expires=120", TWO, expires="240")
    assert sorted(value.rpartition("=")[2] for _, value in reply.headers) == ["120", "240"]
    assert ("Contact", "<sip:1001@10.0.0.7>;expires=300") in desk.register("<sip:1001@10.0.0.7>").headers


def test_too_long_is_shortened_and_too_short_is_423_with_the_minimum(desk: Desk) -> None:
    assert desk.register(ONE, expires="999999").headers[0][1].endswith("expires=3600")
    reply = desk.register(TWO, expires="59")
    assert (reply.status, reply.headers) == (423, (("Min-Expires", "60"),))
    assert desk.contacts() == ["sip:1001@10.0.0.5:5062"]


@pytest.mark.parametrize("expires", ["soon", "-1", "", "1.5", "99999999999999999999999"])
def test_an_unreadable_or_huge_expiry_becomes_the_longest(desk: Desk, expires: str) -> None:
    assert desk.register(ONE, expires=expires).headers[0][1].endswith("expires=3600")


def test_star_with_zero_removes_everything(desk: Desk) -> None:
    desk.register(ONE, TWO)
    reply = desk.register("*", expires="0")
    assert (reply.status, reply.headers) == (200, ())
    assert reply.changed == (RegistrationChanged("1001", (), "unregistered"),)
    assert desk.registrar.next_timeout() is None


@pytest.mark.parametrize(("contacts", "expires"), [(("*",), "300"), (("*",), None), (("*", ONE), "0")])
def test_star_otherwise_is_400(desk: Desk, contacts: tuple[str, ...], expires: str | None) -> None:
    desk.register(ONE)
    assert desk.register(*contacts, expires=expires).status == 400
    assert desk.contacts() == ["sip:1001@10.0.0.5:5062"]


def test_removing_what_is_not_there_is_fine(desk: Desk) -> None:
    reply = desk.register(ONE, expires="0")
    assert (reply.status, reply.headers, reply.changed) == (200, (), ())


def test_a_lower_or_equal_cseq_of_the_same_call_id_changes_nothing(desk: Desk) -> None:
    desk.register(ONE, cseq=5)
    for cseq in (5, 4):
        assert desk.register(ONE, TWO, expires="0", cseq=cseq).status == 500
        assert desk.register(TWO, ONE, cseq=cseq).status == 500
        assert desk.register("*", expires="0", cseq=cseq).status == 500
    assert desk.contacts() == ["sip:1001@10.0.0.5:5062"]


def test_another_call_id_may_begin_anew(desk: Desk) -> None:
    desk.register(ONE, cseq=5)
    assert desk.register(ONE, cseq=1, call_id="b@phone").status == 200


def test_one_contact_named_twice_in_a_request_is_one_binding(desk: Desk) -> None:
    reply = desk.register(ONE, "<sip:1001@10.0.0.5:5062>;q=0.2")
    assert reply.headers == (("Contact", "<sip:1001@10.0.0.5:5062>;q=0.2;expires=300"),)


def test_contacts_that_differ_in_writing_only_are_one(desk: Desk) -> None:
    desk.register("<sip:1001@PHONE.example:5062>")
    desk.register("<sip:1001@phone.EXAMPLE:5062>")
    assert desk.contacts() == ["sip:1001@phone.EXAMPLE:5062"]


def test_the_best_contact_comes_first(desk: Desk) -> None:
    desk.register(f"{ONE};q=0.5", f"{TWO};q=0.9")
    assert desk.contacts() == ["sip:1001@10.0.0.6:5062", "sip:1001@10.0.0.5:5062"]
    assert desk.register().headers[0] == ("Contact", "<sip:1001@10.0.0.6:5062>;q=0.9;expires=300")


@pytest.mark.parametrize("q", ["2", "x", "-1", "0.99999999999", "\u0661"])
def test_an_unreadable_q_counts_as_one(desk: Desk, q: str) -> None:
    desk.register(f"{ONE};q={q}")
    assert [each.q for each in desk.location.find("1001", now=0.0)] == [1.0]


def test_beyond_the_limit_the_oldest_makes_room(desk: Desk) -> None:
    for turn in range(4):
        desk.register(f"<sip:1001@10.0.0.{turn}>", now=float(turn))
    assert desk.contacts(now=4.0) == ["sip:1001@10.0.0.3", "sip:1001@10.0.0.2", "sip:1001@10.0.0.1"]


def test_more_than_the_limit_in_one_request_is_refused(desk: Desk) -> None:
    reply = desk.register(*(f"<sip:1001@10.0.0.{turn}>" for turn in range(4)))
    assert (reply.status, reply.reason) == (403, "Too Many Contacts")
    assert desk.register(*(f"<sip:1001@10.0.1.{turn}>" for turn in range(17)), expires="0").status == 403
    assert desk.contacts() == []


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("<sip:1001@anywhere>", 200),
        ("<sip:1002@centralita>", 403),
        ("<sip:9999@centralita>", 404),
        ("<sip:centralita>", 404),
        ("<tel:+34911234567>", 404),
        ("<sip:%zz@centralita>", 400),
    ],
)
def test_only_ones_own_address_of_record_can_be_changed(desk: Desk, to: str, status: int) -> None:
    assert desk.register(ONE, to=to).status == status


@pytest.mark.parametrize(
    "contact", ["<tel:+34911234567>", "<mailto:a@b>", "<sip:1001@>", '"x <sip:a@b>', "<>"]
)
def test_contacts_that_cannot_be_called_are_400(desk: Desk, contact: str) -> None:
    assert desk.register(contact).status == 400
    assert desk.contacts() == []


def test_bindings_expire_on_time_and_each_change_is_told_once(desk: Desk) -> None:
    desk.register(ONE, expires="100")
    desk.register(TWO, expires="200")
    assert desk.registrar.next_timeout() == 100.0
    assert desk.registrar.handle_timeout(99.9) == ()
    (first,) = desk.registrar.handle_timeout(100.0)
    assert first.reason == "expired"
    assert [each.contact for each in first.bindings] == ["sip:1001@10.0.0.6:5062"]
    assert desk.registrar.next_timeout() == 200.0
    (second,) = desk.registrar.handle_timeout(200.0)
    assert second == RegistrationChanged("1001", (), "expired")
    assert desk.registrar.next_timeout() is None
    assert desk.location.accounts() == ()


def test_a_refresh_moves_the_expiry(desk: Desk) -> None:
    desk.register(ONE, expires="100")
    desk.register(ONE, expires="100", now=90.0)
    assert desk.registrar.next_timeout() == 190.0
    assert desk.registrar.handle_timeout(100.0) == ()


def test_a_registration_that_comes_while_an_expiry_is_overdue_tells_of_both(desk: Desk) -> None:
    desk.register(ONE, expires="100")
    (change,) = desk.register(TWO, now=150.0).changed
    assert [each.contact for each in change.bindings] == ["sip:1001@10.0.0.6:5062"]
    assert desk.registrar.next_timeout() == 450.0


_TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            ONE,
            TWO,
            "*",
            "<sip:1001@x>;expires=0",
            "<sip:1001@x>;expires=60;q=0",
            "sip:a@b;q=1",
            '"a',
            "<sip:a@b",
            "<*>",
        ]
    ),
)


@given(
    st.lists(_TEXT, max_size=5), st.none() | st.text(max_size=6) | st.sampled_from(["0", "60", "4294967296"])
)
def test_no_contact_or_expiry_raises_or_breaks_the_limits(contacts: list[str], expires: str | None) -> None:
    desk = Desk()
    for _ in range(2):
        reply = desk.register(*contacts, expires=expires)
        assert reply.status in (200, 400, 403, 423, 500)
        bindings = desk.location.find("1001", now=0.0)
        assert len(bindings) <= LIMITS.contacts
        assert all(60 <= each.expires_at <= 3600 for each in bindings)
        assert (desk.registrar.next_timeout() is None) == (not bindings)

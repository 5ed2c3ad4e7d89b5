"""The registrar's rules of RFC 3261 section 10.3, in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.events import RegistrationChanged
from sip.registrar.registrar import BindingRegistrar
from tests.kit.desk import HOME, LIMITS, Desk, headers


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


def test_a_success_says_what_time_it_is_as_section_10_3_step_8_asks() -> None:
    desk = Desk()
    desk.registrar = BindingRegistrar(
        desk.location, {"1001"}, LIMITS, lambda: "Sun, 22 Nov 2026 00:00:00 GMT"
    )
    assert headers(desk.register(ONE), "Date") == ["Sun, 22 Nov 2026 00:00:00 GMT"]
    assert headers(desk.register(ONE, expires="1"), "Date") == []


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


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("sip:1001@h;a=1", "sip:1001@h", True),
        ("sip:1001@h;a=1", "sip:1001@h;a=2", False),
        ("sip:1001@h;a=X", "sip:1001@h;A=x", True),
        ("sip:1001@h;a=1;b=2", "sip:1001@h;b=2;a=1", True),
        ("sip:100%31@h", "sip:1001@H", True),
        ("sip:Ana@h", "sip:ana@h", False),
        ("sip:1001@h", "sips:1001@h", False),
        ("sip:1001@h", "sip:1001@h:5060", False),
        ("sip:1001@h;transport=udp", "sip:1001@h", False),
        ("sip:1001@h;user=phone", "sip:1001@h", False),
        ("sip:1001@h;ttl=3", "sip:1001@h", False),
        ("sip:1001@h;method=INVITE", "sip:1001@h", False),
        ("sip:1001@h;maddr=1.2.3.4", "sip:1001@h", False),
        ("sip:1001:p@h", "sip:1001@h", False),
        ("sip:1001@h?subject=x", "sip:1001@h", False),
        ("sip:1001@h?subject=x&to=y", "sip:1001@h?to=y&subject=x", True),
    ],
)
def test_contacts_are_compared_by_section_19_1_4(desk: Desk, one: str, other: str, *, is_same: bool) -> None:
    desk.register(f"<{one}>")
    desk.register(f"<{other}>")
    assert len(desk.contacts()) == (1 if is_same else 2)


def test_a_star_of_another_call_id_removes_whatever_the_cseq_and_an_older_one_of_the_same_nothing(
    desk: Desk,
) -> None:
    """Section 10.3 step 6: all or nothing, also where only one of the bindings is newer than the request."""
    desk.register(ONE, cseq=9, call_id="first")
    desk.register(TWO, cseq=2, call_id="second")
    assert desk.register("*", expires="0", cseq=5, call_id="first").status == 500
    assert len(desk.contacts()) == 2
    assert desk.register("*", expires="0", cseq=1, call_id="third").status == 200
    assert desk.contacts() == []


def test_a_very_long_call_id_still_orders_and_is_not_kept(desk: Desk) -> None:
    desk.register(ONE, cseq=5, call_id="x" * 5000)
    assert desk.register(ONE, cseq=5, call_id="x" * 5000).status == 500
    assert len(desk.bindings()[0].call_id) < 200


def test_a_very_long_contact_is_refused(desk: Desk) -> None:
    assert desk.register(f"<sip:1001@{'h' * 600}>").status == 400


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

"""Webhooks from their making to their last delivery, with a real receiver and a real database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from console.events.hub import CursorUnknown
from console.events.sight import UnknownType
from console.webhooks.addresses import AddressRefused
from console.webhooks.desk import Wanted, WebhookRefused
from console.webhooks.patience import DEAD_IN_A_ROW, REFUSALS
from console.webhooks.sending import Result
from records.errors import StoreUnavailable
from records.webhooks.book import WebhookBook, WebhookUnknown
from tests.kit.fed_events import fed
from tests.kit.webhook_house import add

if TYPE_CHECKING:
    from tests.kit.webhook_house import House
    from tests.kit.webhook_receiver import Receiver


async def test_events_from_now_on_arrive_signed_and_in_order(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    house.happen(4, 5, 6)
    await receiver.until(events=3)
    house.happen(7)
    await receiver.until(events=4)
    assert receiver.cursors == [4, 5, 6, 7]
    assert house.desk.find(which).standing.failure is None
    assert ("webhook.added", {"webhook": which, "by": "marta"}) in house.told


async def test_a_webhook_may_begin_with_what_was(house: House, receiver: Receiver) -> None:
    _, secret = await house.desk.add(Wanted(receiver.url, batch=2), "marta", after=0)
    receiver.secret = secret.reveal()
    receiver.answers = [204]
    await receiver.until(events=3)
    assert receiver.cursors == [1, 2, 3]
    assert max(len(events) for _, events in receiver.got) == 2
    with pytest.raises(CursorUnknown):
        await house.desk.add(Wanted(receiver.url), "marta", after=99)


async def test_only_what_is_wanted_arrives_and_nothing_personal(house: House, receiver: Receiver) -> None:
    await add(house, receiver, types=("queue.*", "contact.opened"), clients=("acme",))
    house.happen(4, client="other")
    house.happen(5, kind="leg.ringing")
    house.happen(6, kind="contact.opened", data={"ani": "+34600111222", "trunk": "carrier"})
    await receiver.until(events=1)
    ((_, (event,)),) = receiver.got
    assert event["data"] == {"trunk": "carrier"}


async def test_one_that_asks_for_personal_data_gets_it(house: House, receiver: Receiver) -> None:
    await add(house, receiver, personal=True)
    house.happen(4, kind="contact.opened", data={"ani": "+34600111222"})
    await receiver.until(events=1)
    assert receiver.got[0][1][0]["data"] == {"ani": "+34600111222"}


async def test_what_fails_is_sent_again_under_the_same_name_before_anything_else(
    house: House, receiver: Receiver
) -> None:
    which = await add(house, receiver)
    receiver.answers = [500, 503]
    house.happen(4, 5)
    await receiver.until(asked=1)
    house.happen(6)
    await settle(house, which, tries=1)
    await house.later(which, 60)
    await receiver.until(asked=2)
    await settle(house, which, tries=2)
    await house.later(which, 60)
    await receiver.until(events=3)
    assert receiver.asked[0] == receiver.asked[1] == receiver.asked[2]
    assert receiver.cursors == [4, 5, 6]


async def settle(house: House, which: str, **wanted: object) -> None:
    """Until the webhook stands so."""
    for _ in range(2_000):
        standing = house.desk.find(which).standing
        if all(getattr(standing, name) == value for name, value in wanted.items()):
            return
        await asyncio.sleep(0.005)
    raise AssertionError(house.desk.find(which).standing)


async def test_what_failed_before_a_restart_goes_on_after_it(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    receiver.answers = [500]
    house.happen(4, 5)
    await settle(house, which, tries=1)
    house.happen(6)
    await house.restart()
    assert house.desk.find(which).standing.tries == 1
    house.now += 60
    house.desk.hurry(which)
    await receiver.until(events=3)
    assert receiver.cursors == [4, 5, 6]
    assert receiver.asked[1] == receiver.asked[0]
    await settle(house, which, cursor=6)
    await house.restart()
    house.happen(7)
    await receiver.until(events=4)
    assert receiver.cursors == [4, 5, 6, 7]


async def test_what_failed_is_whole_after_a_restart_however_far_apart_its_events_are(
    house: House, receiver: Receiver
) -> None:
    house.happen(4, kind="contact.closed")
    house.happen(*range(5, 60))
    house.happen(60, kind="contact.closed")
    receiver.answers = [500]
    made, secret = await house.desk.add(Wanted(receiver.url, types=("contact.closed",)), "marta", after=3)
    receiver.secret, which = secret.reveal(), made.id
    await settle(house, which, tries=1)
    await house.restart()
    house.now += 60
    house.desk.hurry(which)
    await receiver.until(events=2)
    assert receiver.cursors == [4, 60]
    assert receiver.asked[0] == receiver.asked[1] == f"{which}.4.60"


async def test_who_is_erased_while_a_delivery_waits_is_not_told_of(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver, personal=True)
    receiver.answers = [500]
    house.happen(4, kind="contact.opened", data={"ani": "+34600111222"})
    await settle(house, which, tries=1)
    house.source.events[-1] = fed(4, kind="contact.opened", data={"erased": True})
    await house.later(which, 60)
    await receiver.until(events=1)
    assert "ani" not in receiver.got[-1][1][0]["data"]


async def test_what_is_refused_becomes_a_dead_letter_and_can_be_replayed(
    house: House, receiver: Receiver
) -> None:
    which = await add(house, receiver, batch=1)
    receiver.answers = [400] * REFUSALS
    house.happen(4, 5)
    for _ in range(REFUSALS):
        house.now += 4_000
        house.desk.hurry(which)
        await receiver.until(asked=len(receiver.asked) + 1)
    await receiver.until(events=1)
    assert receiver.cursors == [5]
    (letter,) = await house.desk.dead(which)
    assert (letter.after, letter.events, letter.tries) == (3, 1, REFUSALS)
    assert letter.failure == "it answered 400"
    receiver.answers = [500]
    assert await house.desk.replay(which) == (0, 1)
    assert await house.desk.replay(which, [letter.id]) == (1, 0)
    assert receiver.cursors == [5, 4]
    assert await house.desk.dead(which) == []
    assert house.desk.dead_count(which) == 0


async def test_one_that_refuses_everything_is_paused_and_somebody_is_told(
    house: House, receiver: Receiver
) -> None:
    which = await add(house, receiver, batch=1)
    receiver.answers = [400] * (REFUSALS * DEAD_IN_A_ROW)
    house.happen(*range(4, 12))
    for _ in range(REFUSALS * DEAD_IN_A_ROW):
        asked = len(receiver.asked)
        house.now += 4_000
        house.desk.hurry(which)
        await receiver.until(asked=asked + 1)
    for _ in range(1_000):
        if house.desk.find(which).standing.paused:
            break
        await asyncio.sleep(0.005)
    assert house.told[-1][0] == "webhook.paused"
    assert house.desk.dead_count(which) == DEAD_IN_A_ROW
    await house.desk.resume(which, "marta")
    await receiver.until(events=3)
    assert receiver.cursors == [9, 10, 11]


async def test_a_webhook_that_is_paused_loses_nothing(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    await house.desk.pause(which, "marta")
    house.happen(4, 5)
    await asyncio.sleep(0.02)
    assert receiver.asked == []
    await house.restart()
    assert house.desk.find(which).standing.paused == "somebody paused it: marta"
    await house.desk.resume(which, "marta")
    await receiver.until(events=2)
    assert receiver.cursors == [4, 5]


async def test_one_that_wants_nothing_any_more_is_paused(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    receiver.answers = [410]
    house.happen(4)
    await settle(house, which, paused="it wants nothing any more (410)")
    await house.desk.resume(which, "marta")
    await receiver.until(events=1)


async def test_redirects_are_not_followed(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    receiver.answers = [307]
    house.happen(4)
    await settle(house, which, tries=1, failure="it answered 307")


async def test_a_new_secret_and_the_one_before_are_good_for_a_day(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    old = receiver.secret
    new = (await house.desk.rotate(which, "marta")).reveal()
    house.happen(4)
    await receiver.until(events=1)
    receiver.secret = new
    house.happen(5)
    await receiver.until(events=2)
    house.now += 86_401
    receiver.secret = old
    house.happen(6)
    await settle(house, which, tries=1, failure="it answered 401")


async def test_a_test_is_sent_at_once(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    sent = await house.desk.test(which)
    assert (sent.result, sent.status) == (Result.DELIVERED, 204)
    assert receiver.got[0][1][0]["type"] == "webhook.test"
    receiver.answers = [500]
    assert (await house.desk.test(which)).words == "it answered 500"


async def test_a_receiver_that_is_not_there_is_told_in_words(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    await receiver.__aexit__()
    sent = await house.desk.test(which)
    assert sent.result is Result.LATER
    assert sent.words.startswith("no connection")


async def test_settings_are_changed_for_what_comes(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    await house.desk.change(which, Wanted(receiver.url, types=("leg.*",)), "marta")
    house.happen(4)
    house.happen(5, kind="leg.ringing")
    await receiver.until(events=1)
    assert receiver.cursors == [5]


async def test_one_that_is_removed_is_forgotten_with_its_secret(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    await house.desk.remove(which, "marta")
    assert house.desk.all() == []
    assert which not in house.file.read_text(encoding="ascii")
    with pytest.raises(WebhookUnknown):
        house.desk.find(which)
    await house.restart()
    assert house.desk.all() == []


async def test_a_change_that_cannot_be_kept_leaves_it_delivering_from_where_it_stood(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = await add(house, receiver)
    house.happen(4)
    await receiver.until(events=1)
    await settle(house, which, cursor=4)

    def refuse(*_: object) -> None:
        raise StoreUnavailable("the database is away")

    for name, act in (("put", house.desk.pause), ("remove", house.desk.remove)):
        with monkeypatch.context() as patch, pytest.raises(StoreUnavailable):
            patch.setattr(WebhookBook, name, refuse)
            await act(which, "marta")
    house.happen(5)
    await receiver.until(events=2)
    await settle(house, which, cursor=5)
    assert receiver.cursors == [4, 5]
    await house.restart()
    house.happen(6)
    await receiver.until(events=3)
    assert receiver.cursors == [4, 5, 6], "how far it had come was kept"


async def test_one_without_a_secret_here_is_paused(house: House, receiver: Receiver) -> None:
    which = await add(house, receiver)
    house.file.unlink()
    await house.restart()
    house.happen(4)
    await settle(house, which, paused="this node has no secret for it: rotate it")


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Wanted("https://10.0.0.1/x"), AddressRefused),
        (Wanted("https://example.com/x", types=("no.type",)), UnknownType),
        (Wanted("https://example.com/x", clients=("nobody",)), WebhookRefused),
        (Wanted("https://example.com/x", clients=()), WebhookRefused),
        (Wanted("https://example.com/x", batch=0), WebhookRefused),
        (Wanted("https://example.com/x", batch=1_000), WebhookRefused),
    ],
)
async def test_what_can_be_no_webhook_is_refused(
    house: House, wanted: Wanted, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await house.desk.add(wanted, "marta")
    assert house.desk.all() == []
    assert not house.file.exists()

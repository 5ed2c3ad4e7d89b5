"""Webhooks as the database keeps them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from records.webhooks.book import DeadLetter, Standing, Webhook, WebhookBook

if TYPE_CHECKING:
    from records.database import Database

MADE = Webhook(
    id="wh_1",
    url="https://example.com/events",
    about="the wallboard",
    types=("queue.*",),
    clients=("acme",),
    personal=True,
    batch=50,
    made_at=1_000,
    made_by="marta",
    standing=Standing(41),
)
LETTER = DeadLetter(0, "wh_1", 41, 44, 3, 8, "it answered 400", 2_000, 3_000)


def test_what_was_put_is_read_as_it_was(database: Database) -> None:
    book = WebhookBook(database)
    everything = replace(MADE, id="wh_2", clients=None, types=(), personal=False, made_at=999)
    book.put(MADE)
    book.put(everything)
    assert book.all() == [everything, MADE]
    book.put(replace(MADE, batch=7))
    assert book.all()[1].batch == 7


def test_how_far_it_has_come_is_moved_alone(database: Database) -> None:
    book = WebhookBook(database)
    book.put(MADE)
    later = Standing(50, 60, 2, 1_000, 2_000, "it answered 500", "paused", 1, 900)
    book.move([("wh_1", later), ("wh_gone", later)])
    assert book.all() == [replace(MADE, standing=later)]


def test_dead_letters_are_kept_until_they_are_revived(database: Database) -> None:
    book = WebhookBook(database)
    book.put(MADE)
    book.put(replace(MADE, id="wh_2"))
    for at in range(3):
        book.bury("wh_1", Standing(44 + at), replace(LETTER, after=41 + at, upto=42 + at))
    assert book.dead_counts() == {"wh_1": 3}
    newest, *_ = dead = book.dead("wh_1")
    assert [each.after for each in dead] == [43, 42, 41]
    assert [each.after for each in book.dead("wh_1", before=newest.id, limit=1)] == [42]
    assert [each.after for each in book.dead_by_id("wh_1", ())] == [41, 42, 43]
    assert book.dead_by_id("wh_1", [newest.id]) == [newest]
    assert book.dead_by_id("wh_2", [newest.id]) == []
    assert book.all()[0].standing.cursor == 46
    book.revive(newest.id)
    assert book.dead_counts() == {"wh_1": 2}


def test_what_is_removed_leaves_nothing(database: Database) -> None:
    book = WebhookBook(database)
    book.put(MADE)
    book.bury("wh_1", Standing(44), LETTER)
    book.remove("wh_1")
    assert book.all() == []
    assert book.dead_counts() == {}

"""Charges a card once: written down before it is asked, and what stays unknown is asked about until it is known.

A charge is asked once under its key. When no answer comes, only the question what became of that key is repeated:
a few times while the caller waits, then in the background, also after a restart.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol

import structlog

from base.io.background import Background
from ivr.answers import Answer, NoAnswer
from ivr.errors import BackEndClosed, StoreBroken
from ivr.io.back_end import charges
from ivr.io.back_end.charges import Charge
from ivr.io.back_end.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ivr.answers import TokenBody
    from ivr.io.back_end.question import Connector
    from ivr.io.back_end.store import Store

log = structlog.get_logger()

SHARE = 0.7
"""How much of the time the charge itself may take; the rest is for asking what became of it."""
PAUSES = (0.3, 0.7, 1.5)
"""Seconds before each of these questions."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
"""Seconds between questions in the background: the first, doubled each time up to the longest."""
GRACE = 900.0
"""Seconds after which `absent` is believed: until then the charge could still be on its way."""
GIVE_UP = 3 * 86400.0
"""Seconds after which nobody asks any more: people must look."""
QUERY_TIMEOUT = 5.0
"""Seconds for each question in the background."""
IDLE = 3600.0


class Settled(Protocol):
    """Hears what became of a charge after the caller could be told."""

    def __call__(self, contact: str, kind: str, data: Mapping[str, object], /) -> None:
        """An event for the contact's record."""


class Charging:
    """All charges of a node."""

    def __init__(
        self,
        store: Store,
        connector: Callable[[str], Connector | None],
        record: Settled,
        wall: Callable[[], float],
    ) -> None:
        """`connector` is what charges cards for a client company now."""
        self._store = store
        self._connector = connector
        self._record = record
        self._wall = wall
        self._in_hand: set[str] = set()
        self._wake = asyncio.Event()
        self._reconciling = Background(self._reconcile, "reconcile charges")
        self.open_count = 0

    async def start(self) -> None:
        """Take up what an earlier end left open."""
        await self._store.run(charges.hurry, self._wall())
        self.open_count, _ = await self._store.run(charges.outlook)
        self._reconciling.begin()

    async def close(self) -> None:
        """Ask no more; what is open is taken up by the next start."""
        await self._reconciling.close()

    async def charge(
        self, question: Question, connector: Connector, *, within: float, keeps_tokens: bool
    ) -> Answer:
        """Charge the card, or find out what became of it. Raises StoreBroken before anything was asked."""
        now = self._wall()
        charge = Charge(
            question.key,
            question.contact,
            question.client,
            connector.place,
            int(question.text("amount")),
            question.text("currency"),
            question.ending(),
            now,
        )
        if charge.key in self._in_hand:
            return Answer("unknown")
        self._in_hand.add(charge.key)
        try:
            # Not before the caller was given up: until then it is in hand.
            known = await self._store.run_durably(charges.begin, charge, now + FIRST_PAUSE)
            if known is not None and known.state != "open":
                return _told(known)
            deadline = asyncio.get_running_loop().time() + within
            answer = await self._ask(question, connector, deadline, within, is_new=known is None)
            if isinstance(answer, Answer):
                await self._note(charge, answer, keeps_tokens=keeps_tokens)
                return _spoken(answer, charge.last4)
            return Answer("unknown")
        finally:
            self._in_hand.discard(charge.key)
            self._wake.set()

    async def _ask(
        self, question: Question, connector: Connector, deadline: float, within: float, *, is_new: bool
    ) -> Answer | NoAnswer:
        refused = False
        if is_new:
            answer = await connector.ask(question, within=within * SHARE)
            if isinstance(answer, Answer):
                return answer
            if not answer.reached:
                return Answer("unavailable")
            refused = answer.refused
        loop = asyncio.get_running_loop()
        for pause in PAUSES:
            if loop.time() + pause >= deadline:
                break
            await asyncio.sleep(pause)
            found = await connector.query(_query(question), within=deadline - loop.time())
            if isinstance(found, Answer) and found.result in ("approved", "declined"):
                return found
            if refused and isinstance(found, Answer) and found.result == "absent":
                # It was turned away whole, and nothing is known of it: nothing is on its way either.
                return Answer("unavailable")
        return NoAnswer(reached=True)

    async def _note(self, charge: Charge, answer: Answer, *, keeps_tokens: bool) -> bool:
        """Whether it was open until now. What cannot be written stays open, and is asked about again."""
        token: TokenBody | None = answer.token if keeps_tokens else None
        reference = answer.facts.get("reference", "")
        try:
            return await self._store.run_durably(
                charges.settle, charge.key, answer.result, reference=reference, token=token, now=self._wall()
            )
        except (StoreBroken, BackEndClosed) as error:
            log.error("charge_not_noted", contact=charge.contact, client=charge.client, code=error.code)
            return False

    # In the background.

    async def _reconcile(self) -> None:
        while True:
            self._wake.clear()
            try:
                soonest = await self.look_after_open()
            except StoreBroken as error:
                log.error("charges_unread", code=error.code)
                soonest = self._wall() + LONGEST_PAUSE
            except BackEndClosed:
                return
            wait = IDLE if soonest is None else min(max(soonest - self._wall(), 0.1), IDLE)
            # Not wait_for, which loses a cancellation that comes with the wake (Python 3.11).
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    async def look_after_open(self) -> float | None:
        """Ask about every open charge whose time has come; when the next one's does."""
        for charge in await self._store.run(charges.due, self._wall()):
            if charge.key not in self._in_hand:
                await self._look_after(charge)
        self.open_count, soonest = await self._store.run(charges.outlook)
        return soonest

    async def _look_after(self, charge: Charge) -> None:
        age = self._wall() - charge.started
        connector = self._connector(charge.client)
        found: Answer | NoAnswer = NoAnswer(reached=False)
        if connector is not None and connector.place == charge.place:
            question = Question("payment.query", charge.key, charge.client, charge.contact)
            found = await connector.query(question, within=QUERY_TIMEOUT)
        if isinstance(found, Answer) and (
            found.result in ("approved", "declined") or (found.result == "absent" and age > GRACE)
        ):
            await self._settle(charge, found)
        elif age > GIVE_UP:
            log.error("charge_given_up", contact=charge.contact, client=charge.client)
            await self._settle(charge, Answer("given_up"))
        else:
            pause = min(FIRST_PAUSE * 2 ** min(charge.queries, 20), LONGEST_PAUSE)
            await self._store.run(charges.put_off, charge.key, self._wall() + pause)

    async def _settle(self, charge: Charge, answer: Answer) -> None:
        if await self._note(charge, answer, keeps_tokens=False):
            data = {
                "action": "payment.charge",
                "result": answer.result,
                "amount": charge.amount,
                "currency": charge.currency,
                "last4": charge.last4,
                "reference": answer.facts.get("reference") or None,
                "question": charge.key.rpartition(":")[2],
            }
            self._record(
                charge.contact,
                "transaction.settled",
                {name: value for name, value in data.items() if value is not None},
            )


def _query(question: Question) -> Question:
    """Without the card: nobody needs it for the question what became of a key."""
    return Question("payment.query", question.key, question.client, question.contact)


def _spoken(answer: Answer, last4: str) -> Answer:
    """The card's ending is the one that was typed, whatever the answer says."""
    facts = {"last4": last4}
    if answer.facts.get("reference"):
        facts["reference"] = answer.facts["reference"]
    return Answer(answer.result, facts, is_soft=answer.is_soft, token=answer.token)


def _told(charge: Charge) -> Answer:
    """What is known of a charge that was asked for before."""
    result = {"absent": "unavailable", "given_up": "unknown"}.get(charge.state, charge.state)
    facts = {"last4": charge.last4} | ({"reference": charge.reference} if charge.reference else {})
    return Answer(result, facts)

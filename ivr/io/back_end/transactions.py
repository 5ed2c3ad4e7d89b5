"""The face of all back ends: limits and fraud signals first, then the client company's system, then the counting."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from base.secret import Secret
from ivr.actions import ACTIONS, IDENTIFYING, SUCCESSES
from ivr.answers import Answer, NoAnswer, are_sound
from ivr.errors import BackEndClosed, StillAtWork, StoreBroken
from ivr.events import BackEndReplied
from ivr.io.back_end import attempts
from ivr.io.back_end.attempts import Admitted, Attempt, Locked, Suspect
from ivr.io.back_end.charging import Charging
from ivr.io.back_end.hashing import Hasher, key_in
from ivr.io.back_end.question import Question
from ivr.io.back_end.sandbox import Sandbox
from ivr.io.back_end.store import Store
from ivr.io.back_end.systems import Systems
from ivr.io.back_end.turns import Turns
from ivr.limits import is_weak

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ivr.io.back_end.charging import Settled
    from ivr.io.back_end.settings import ClientSettings
    from ivr.io.back_end.systems import Prepared, System
    from ivr.io.back_end.traced import Traces

log = structlog.get_logger()

STORE_FILE, KEY_FILE, SANDBOX_FILE = "transactions.sqlite", "transactions.key", "cards.sqlite"
LAST_ANSWERS = 2.0
"""Seconds that questions get at a stop to be answered; charges that are not are taken up at the next start."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom a contact was found to be."""

    client: str
    name: str
    """As the client company's system calls them."""


class Transactions:
    """What menus ask: the client companies' systems of one node."""

    def __init__(
        self,
        folder: Path,
        record: Settled,
        *,
        wall: Callable[[], float] = time.time,
        traces: Traces | None = None,
    ) -> None:
        """`folder` is the node's state; `record` gets events for contacts' records: locks, suspicions, late results."""
        self._folder = folder
        self._record = record
        self._wall = wall
        self._store = Store(folder / STORE_FILE, "transactions.sql", 1)
        self.sandbox = Sandbox(folder / SANDBOX_FILE, clock=wall)
        self.systems = Systems(self.sandbox, wall, traces)
        self.charging = Charging(self._store, self.systems.payments, record, wall)
        self._hasher = Hasher(b"")
        self._identified: dict[str, Customer] = {}
        self._turns = Turns()
        self._asking: Counter[str] = Counter()
        self._gone: set[str] = set()
        self._under_way: set[asyncio.Task[object]] = set()

    async def start(self, settings: Mapping[str, ClientSettings]) -> None:
        """Open everything, and ask about charges that an earlier end left open. Raises OSError, sqlite3.Error."""
        self._hasher = Hasher(await asyncio.to_thread(key_in, self._folder / KEY_FILE))
        await self._store.open()
        await self._store.run(attempts.take_as_failed)
        await self.sandbox.start()
        self.adopt(await self.prepare(settings))
        await self.charging.start()

    async def prepare(self, settings: Mapping[str, ClientSettings]) -> Prepared:
        """What a reload could fail at. Raises OSError and ssl.SSLError."""
        return await self.systems.prepare(settings)

    def adopt(self, prepared: Prepared) -> None:
        """For questions from now on; those under way keep what they began with."""
        self.systems.adopt(prepared)

    async def close(self) -> None:
        """Let what is under way finish for a moment, then close."""
        await self.charging.close()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=LAST_ANSWERS)
        for each in self._under_way:
            each.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self.systems.close()
        await self.sandbox.close()
        await self._store.close()

    def counters(self) -> Mapping[str, int]:
        """Systems that are left alone after failures, and charges nobody knows the end of: 0 when all is well."""
        return {"back_ends_open": self.systems.open_count(), "charges_open": self.charging.open_count}

    def forget(self, contact: str) -> None:
        """The caller is gone, or is another one now: nobody is identified any more."""
        self._identified.pop(contact, None)
        if self._asking[contact]:
            self._gone.add(contact)
        else:
            del self._asking[contact]

    async def ask(
        self,
        action: str,
        fields: Mapping[str, Secret | str],
        *,
        client: str,
        contact: str,
        caller: str,
        request: int,
        attestation: str | None = None,
        number: str | None = None,
    ) -> BackEndReplied:
        """Carry out an action; the secrets are taken away before anything is awaited.

        `number` is the caller's where the system is not told it: failures are counted by it all the same.

        Never raises for what was typed or what a system does.
        """
        own = {
            name: value.moved() if isinstance(value, Secret) else value
            for name, value in fields.items()
            if name not in ("client", "caller")
        }
        question = Question(
            action, f"{contact}:{request}", client, contact, caller, attestation, None, own, number
        )
        task: asyncio.Task[object] | None = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
        self._asking[contact] += 1
        try:
            answer = await self._answer(question)
        finally:
            for each in question.secrets():
                each.wipe()
            if task is not None:
                self._under_way.discard(task)
            self._asking[contact] -= 1
            if not self._asking[contact]:
                del self._asking[contact]
                self._gone.discard(contact)
        return BackEndReplied(request, answer.result, dict(answer.facts))

    async def _answer(self, question: Question) -> Answer:
        action, system = ACTIONS.get(question.action), self.systems.of(question.client)
        if action is None or system is None:
            log.error("no_back_end", client=question.client, action=question.action)
            return Answer("unavailable")
        if not all(question.secrets()):
            return Answer("unavailable")  # the caller hung up between the question and us: nothing is done
        if action.identified:
            known = self._identified.get(question.contact)
            if known is None or known.client != question.client:
                log.error("not_identified", client=question.client, action=question.action)
                return Answer("unavailable")
            question = replace(question, customer=known.name)
        try:
            if "locked" in action.results:
                return await self._guarded(question, system)
            return await self._carry_out(question, system)
        except (StoreBroken, BackEndClosed, StillAtWork) as error:
            # What cannot be counted is not done.
            log.error("transactions_failed", client=question.client, code=error.code)
            return Answer("unavailable")

    async def _guarded(self, question: Question, system: System) -> Answer:
        """With limits and fraud signals before, and the counting after."""
        settings = system.settings
        missing = set(settings.identity) - question.fields.keys()
        if missing and question.action in IDENTIFYING:
            log.error("identity_incomplete", client=question.client, missing=sorted(missing))
            return Answer("unavailable")
        if is_weak(question.attestation, settings.signals):
            return self._suspect(question, "attestation")
        attempt = self._attempt(question)
        # As many at once as may fail, so that a company's callers share a number and a guesser gains little by haste.
        whose = attempt.caller or f"contact {attempt.contact}"
        loop = asyncio.get_running_loop()
        until = loop.time() + system.within
        async with (
            self._turns.of(whose, within=system.within, width=max(settings.limits.per_caller, 1)),
            self._turns.of(attempt.subject, within=until - loop.time()),
        ):
            return await self._admitted(question, system, attempt)

    async def _admitted(self, question: Question, system: System, attempt: Attempt) -> Answer:
        settings = system.settings
        verdict = await self._store.run(
            attempts.admit, attempt, settings.limits, settings.signals, now=self._wall()
        )
        match verdict:
            case Locked():
                return self._locked(question, verdict)
            case Suspect():
                return self._suspect(question, "cards")
            case Admitted(number):
                answer = await self._carry_out(question, system)
        failed = answer.result == "no_match" or (answer.result == "declined" and not answer.is_soft)
        try:
            begun = await self._store.run(
                attempts.finish, number, attempt, settings.limits, failed=failed, now=self._wall()
            )
        except (StoreBroken, BackEndClosed) as error:
            # It stands as begun, which counts as failed: the answer is true all the same.
            log.error("transactions_failed", client=question.client, code=error.code)
            begun = None
        if begun is not None:
            self._locked(question, begun)
        if answer.result == "fraud":
            return self._suspect(question, "back_end")
        if answer.result == "locked":
            self._record(question.contact, "auth.locked", {"action": question.action, "by": "back_end"})
        return answer

    async def _carry_out(self, question: Question, system: System) -> Answer:
        if question.action == "payment.charge":
            if not question.text("amount").isdigit() or not question.text("currency"):
                return Answer("unavailable")
            return await self.charging.charge(
                question, system.payments, within=system.pay_within, keeps_tokens=system.settings.store_tokens
            )
        found = await system.back_end.ask(question, within=system.within)
        if isinstance(found, NoAnswer):
            return Answer(ACTIONS[question.action].when_silent)
        if not are_sound(question.action, found.facts):
            log.error("back_end_answer_refused", client=question.client, action=question.action)
            return Answer("unavailable")
        if question.action in IDENTIFYING and found.result in SUCCESSES and found.customer:
            self._remember(question, found.customer)
        return found

    def _remember(self, question: Question, customer: str) -> None:
        if question.contact not in self._gone:
            self._identified[question.contact] = Customer(question.client, customer)

    def _attempt(self, question: Question) -> Attempt:
        """Whose failures are counted together."""

        def hashed(kind: str, value: Secret | str) -> str:
            return self._hasher.hash(kind, question.client, value)

        # However a carrier writes it: +34..., 0034..., with spaces.
        caller = "".join(filter(str.isdecimal, question.number or question.caller)).lstrip("0")
        account = question.fields.get("account", "")
        if question.card is not None:
            subject = hashed("card", question.card)
        elif account:
            # An ending is shared by many cards: what is guessed at is the account.
            subject = hashed("account", account)
        else:
            subject = hashed("ending", f"{question.ending()} {caller}")
        return Attempt(question.contact, subject, hashed("caller", caller) if caller else "")

    def _locked(self, question: Question, locked: Locked) -> Answer:
        data: dict[str, object] = {"action": question.action, "by": locked.by}
        if locked.seconds:
            data["seconds"] = round(locked.seconds)
        self._record(question.contact, "auth.locked", data)
        return Answer("locked")

    def _suspect(self, question: Question, by: str) -> Answer:
        self._record(question.contact, "fraud.suspected", {"action": question.action, "by": by})
        return Answer("fraud")

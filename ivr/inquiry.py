"""An inquiry: one question to the client company's system, what is said meanwhile, and the limit of the wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from base.document import Part
from base.durations import Seconds
from base.secret import Secret
from ivr.actions import ACTIONS, GOOD, IDENTIFYING, SUCCESSES
from ivr.branch import PromptIds
from ivr.commands import AskBackEnd, Identified
from ivr.events import BackEndReplied

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ivr.events import Event
    from ivr.question import Outcome
    from ivr.scene import Scene


class Wait(Part):
    """How long an answer may take, and what is said meanwhile."""

    timeout: Seconds = 8.0
    processing: PromptIds = ()


class Submit(Wait):
    """Which transaction is asked."""

    action: str
    using: dict[str, str] = Field(default_factory=dict)
    """Field of the transaction -> attribute that it is taken from."""
    given: dict[str, str] = Field(default_factory=dict, alias="with")
    """Field of the transaction -> the same text in every call."""

    def told(self, result: str) -> Collection[str]:
        """The facts that are surely known after an answer."""
        action = ACTIONS.get(self.action)
        return action.facts if action is not None and result in GOOD else ()


class Inquiry:
    """One caller's question."""

    __slots__ = ("_deadline", "_reply", "_request", "_scene", "_sent", "_step", "_submit")

    def __init__(self, scene: Scene, step: str, submit: Submit) -> None:
        """Nothing is asked before `ask`."""
        self._scene = scene
        self._step = step
        self._submit = submit
        self._request = 0
        self._deadline: float | None = None
        self._reply: BackEndReplied | None = None
        self._sent: list[Secret] = []

    @property
    def deadline(self) -> float | None:
        """When the wait is over."""
        return self._deadline

    def ask(self, fields: Mapping[str, Secret | str], *, now: float) -> list[Outcome]:
        """Put the question; secrets among the fields are wiped by whoever answers, and here when it is over."""
        scene, submit = self._scene, self._submit
        scene.requests += 1
        self._request = scene.requests
        self._deadline = now + submit.timeout
        taken = {name: scene.attributes.get(attribute, "") for name, attribute in submit.using.items()}
        asked: dict[str, Secret | str] = {**submit.given, **taken, **fields}
        asked.update(client=scene.caller.client, caller=scene.caller.caller)
        self._sent = [each for each in asked.values() if isinstance(each, Secret)]
        question = AskBackEnd(self._request, submit.action, asked, submit.timeout)
        return [question, *scene.play(submit.processing, now=now)]

    def feed(self, event: Event) -> BackEndReplied | None:
        """The answer, once it is there and the words that bridge the wait are over."""
        match event:
            case BackEndReplied(request) if request == self._request and self._deadline is not None:
                self._reply, self._deadline = event, None
        # The processing prompt is short: it is not cut in the middle of its word by a quick answer.
        return self._reply if self._scene.playing is None else None

    def handle_timeout(self, *, now: float) -> BackEndReplied | None:
        """What silence of the back end means."""
        if self._deadline is None or now < self._deadline:
            return None
        self._deadline = None
        return BackEndReplied(self._request, ACTIONS[self._submit.action].when_silent)

    def settle(self, reply: BackEndReplied, results: Iterable[str]) -> tuple[str, list[Outcome]]:
        """The way to go, and what the answer tells. A word that the step does not know is `unavailable`."""
        self.close()
        scene, action = self._scene, self._submit.action
        result = reply.result if reply.result in results else "unavailable"
        known: list[Outcome] = [*scene.keep(reply.facts)]
        if action in IDENTIFYING and result in SUCCESSES and not scene.identified:
            scene.identified = True
            known.append(Identified())
        record = scene.record(
            "menu.result", step=self._step, action=action, result=result, request=self._request
        )
        return result, [record, *known]

    def close(self) -> None:
        """Wipe what was sent."""
        self._deadline = self._reply = None
        for each in self._sent:
            each.wipe()
        self._sent.clear()

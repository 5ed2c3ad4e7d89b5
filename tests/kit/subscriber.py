"""A hand-driven subscriber: it subscribes as an account, keeps each NOTIFY, and answers as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from base.ids import SequenceIds
from sip.events import Caller
from sip.message import Request, Response
from sip.stack import Stack
from sip.subscriptions.event_package import Document, EventRules, SubscriptionLimits, Watched
from sip.verdicts import Admitted
from tests.kit.builders import LOCAL, Everybody, request
from tests.kit.phone import Peer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sip.flow import Flow

HOUSE = ("1001", "1002", "1003")


class Accounts(Everybody):
    """Admits all, as the account that From names."""

    def admit(self, request: Request, flow: Flow, now: float) -> Admitted:
        """Admit."""
        user = request.from_.uri.user or ""
        return Admitted(Caller("internal", user, None, user, "", flow.peer))


@dataclass
class Lamps:
    """A package for tests: the state of each resource is a word, and its document is that word and the version."""

    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(HOUSE, "dark"))
    name: str = "dialog"
    content_type: str = "application/dialog-info+xml"
    expires: int = 1800

    def knows(self, resource: str) -> bool:
        """Whether there is such a lamp."""
        return resource in self.states

    def document(self, watched: Watched, version: int, told: Mapping[str, str], *, now: float) -> Document:
        """The word."""
        return Document(f"{self.states[watched.resource]} {version}".encode(), {})


def may_watch(watcher: str, package: str, resource: str) -> bool:
    """Everybody of the house may, except 1003, who may only watch themselves."""
    return watcher in HOUSE and (watcher != "1003" or resource == "1003")


class Subscriber(Peer):
    """Faces a stack that serves one package of lamps, as 1001."""

    def __init__(self, limits: SubscriptionLimits | None = None) -> None:
        """Begin without subscriptions."""
        self.lamps = Lamps()
        self.rules = EventRules({"dialog": self.lamps}, may_watch, limits or SubscriptionLimits())
        made = Stack(SequenceIds("a"), admission=Accounts(), events=self.rules)
        made.listen("UDP", LOCAL)
        super().__init__(made)
        self.cseq = 0
        self.notified: list[Request] = []
        self._seen: set[str] = set()
        self.answered: Response | None = None

    def subscribe(self, **parts: Any) -> Response:
        """Send a SUBSCRIBE for 1002's lamp; the answer. NOTIFYs that come with it wait in `notified`."""
        self.cseq += 1
        defaults: dict[str, Any] = {
            "uri": "sip:1002@192.0.2.1",
            "branch": f"z9hG4bK-s{self.cseq}",
            "cseq": self.cseq,
            "contact": "<sip:1001@192.0.2.2:5070>",
            "without": ("From",),
        }
        headers = (
            *parts.pop("headers", ()),
            ("From", f"<sip:{parts.pop('account', '1001')}@192.0.2.1>;tag={parts.pop('from_tag', 'f1')}"),
            *(("Event", each) for each in (parts.pop("event", "dialog"),) if each is not None),
            *(("Expires", str(each)) for each in (parts.pop("expires", 600),) if each is not None),
        )
        self.take(self.say(request("SUBSCRIBE", headers=headers, **{**defaults, **parts})))
        assert self.answered is not None
        return self.answered

    def refresh(self, answer: Response, **parts: Any) -> Response:
        """Send a SUBSCRIBE in the dialog that an answer made."""
        return self.subscribe(to_tag=answer.to.tag, **parts)

    def take(self, heard: list[Request | Response]) -> None:
        """Sort what came: one answer at most, any number of NOTIFYs."""
        for each in heard:
            if isinstance(each, Request):
                assert each.method == "NOTIFY"
                branch = each.via.params["branch"] or ""
                if branch not in self._seen:
                    self.notified.append(each)
                self._seen.add(branch)
            else:
                self.answered = each

    def accept(self, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Request:
        """Answer the oldest NOTIFY; give it."""
        notify = self.notified.pop(0)
        self.take(self.reply(notify, status, tag=None, contact=None, headers=headers))
        return notify

    def change(self, word: str, resource: str = "1002") -> None:
        """The lamp changes."""
        self.lamps.states[resource] = word
        self.stack.tell_change("dialog", resource, now=self.now)
        self.take(self.hear())

    def pass_time(self, seconds: float) -> None:
        """Let time pass; NOTIFYs wait in `notified`, each once."""
        self.take(self.wait(seconds))

    def configure(self, rules: EventRules) -> None:
        """A reload."""
        self.stack.configure_events(rules, now=self.now)
        self.take(self.hear())


def told(notify: Request) -> tuple[str, str]:
    """The lamp's word, and the state of the subscription without its duration."""
    state = notify.required("Subscription-State").partition(";expires")[0]
    return notify.body.decode().partition(" ")[0], state

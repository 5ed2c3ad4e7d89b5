"""Webhooks over HTTP: who else is told of events, and how that goes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from aiohttp import web
from pydantic import Field

from console.access import PRINCIPAL
from console.acts import Deed
from console.api.model import Line, Model, Name, Note
from console.api.paging import Page, Paged, after, listed, page
from console.api.routes import Routes
from console.api.scope import answers_for
from console.audit import tells_of
from console.problem import Refusal
from console.telling import TELLING
from console.webhooks.desk import MOST_IN_ONE, Wanted
from console.webhooks.owner import READ
from console.webhooks.sending import Result
from records.moments import unix

if TYPE_CHECKING:
    from console.webhooks.desk import WebhookDesk
    from records.webhooks.book import DeadLetter, Webhook

routes = Routes("webhooks")

PERMISSION = "webhooks:write"
_PROBLEMS = {"webhook_unknown": 404}
_OWNED = {**_PROBLEMS, "owner_may_not": 409}
_REFUSED = {
    "webhook_refused": 422,
    "address_refused": 422,
    "unknown_type": 422,
    "cursor_gone": 410,
    "cursor_unknown": 422,
}


class WebhookAsked(Deed):
    """A receiver, and what it is told of."""

    url: Annotated[str, Field(max_length=2000)]
    """https://..., of no address inside unless centre.yaml allows its network."""
    types: tuple[Line, ...] = ()
    """Patterns such as `queue.*`; none means all."""
    clients: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None
    """The client companies whose contacts it is told of; null: all, and what is of no company."""
    personal: bool = False
    """Whether numbers and names of customers are told."""
    batch: Annotated[int, Field(ge=1, le=MOST_IN_ONE)] = 100
    """How many events one request holds at most."""
    about: Note = ""


class WebhookBegun(WebhookAsked):
    """A new receiver."""

    after: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None
    """The cursor behind which it begins; from now on unless given."""


class WebhookShown(Model):
    """A receiver and how it does."""

    id: str
    url: str
    about: str
    types: tuple[str, ...]
    clients: tuple[str, ...] | None
    personal: bool
    batch: int
    made_at: datetime
    made_by: str
    """Who answers for it: who made it, or changed it last. It is told what that one may see now."""
    cursor: str
    """Up to here all is delivered or given up."""
    delivered_at: datetime | None
    """When something arrived last."""
    delivered: int
    """Requests that arrived since the node started."""
    failed: int
    """Requests that did not."""
    failing_since: datetime | None
    failure: str | None
    """What went wrong last."""
    tries: int
    next_try: datetime | None
    paused: str | None
    """Why nothing is delivered; null while it is."""
    dead: int
    """Deliveries that were given up and not replayed."""


class WebhookMade(Model):
    """A receiver and its secret, which is shown this once."""

    webhook: WebhookShown
    secret: str


class SecretMade(Model):
    """A new secret, which is shown this once; the one before signs too for a day."""

    secret: str


class TestSent(Model):
    """What came of a test."""

    delivered: bool
    status: int | None
    """What the receiver answered; null where it did not."""
    words: str
    seconds: float


class DeadShown(Model):
    """A delivery that was given up."""

    id: int
    events: int
    after: str
    """It held events after this cursor."""
    upto: str
    """Up to this one."""
    tries: int
    failure: str
    first_try: datetime
    died_at: datetime


class ReplayAsked(Deed):
    """Which dead letters."""

    letters: Annotated[tuple[int, ...], Field(max_length=1000)] = ()
    """Their ids; none means all."""


class Replayed(Model):
    """What came of it: it ends with the first that does not arrive."""

    delivered: int
    left: int


@routes.get("/api/v1/webhooks", permission=PERMISSION, answer=Page[WebhookShown])
async def list_webhooks(request: web.Request, query: Paged) -> object:
    """List who else is told of events, and how that goes."""
    desk = _desk(request)
    seen = [each for each in desk.all() if request[PRINCIPAL].sees_clients(each.clients or ())]
    return listed([_shown(desk, each) for each in seen], query, lambda each: each.id)


@routes.post("/api/v1/webhooks", permission=PERMISSION, answer=WebhookMade, status=201, problems=_REFUSED)
async def add_webhook(request: web.Request, body: WebhookBegun) -> WebhookMade:
    """Tell another system of events. The answer holds the secret of its signatures, which is shown this once."""
    desk = _desk(request)
    begin = None if body.after is None else int(body.after)
    made, secret = await desk.add(_wanted(request, body), answers_for(request, body.by), after=begin)
    tells_of(request, webhook=made.id)
    return WebhookMade(webhook=_shown(desk, made), secret=secret.reveal())


@routes.get("/api/v1/webhooks/{webhook}", permission=PERMISSION, answer=WebhookShown, problems=_PROBLEMS)
async def show_webhook(request: web.Request, webhook: Name) -> WebhookShown:
    """Show one."""
    return _shown(_desk(request), _found(request, webhook))


@routes.put(
    "/api/v1/webhooks/{webhook}", permission=PERMISSION, answer=WebhookShown, problems=_PROBLEMS | _REFUSED
)
async def change_webhook(request: web.Request, webhook: Name, body: WebhookAsked) -> WebhookShown:
    """Give one other settings, for what is delivered from here on; who does so answers for it from then on."""
    _found(request, webhook)
    desk = _desk(request)
    return _shown(desk, await desk.change(webhook, _wanted(request, body), answers_for(request, body.by)))


@routes.delete("/api/v1/webhooks/{webhook}", permission=PERMISSION, answer=None, problems=_PROBLEMS)
async def remove_webhook(request: web.Request, webhook: Name, query: Deed) -> None:
    """Tell it nothing more; its secret and its dead letters are forgotten."""
    _found(request, webhook)
    await _desk(request).remove(webhook, answers_for(request, query.by))


@routes.post(
    "/api/v1/webhooks/{webhook}/pause", permission=PERMISSION, answer=WebhookShown, problems=_PROBLEMS
)
async def pause_webhook(request: web.Request, webhook: Name, query: Deed) -> WebhookShown:
    """Deliver nothing until it is resumed. What happens meanwhile is delivered then."""
    _found(request, webhook)
    desk = _desk(request)
    return _shown(desk, await desk.pause(webhook, answers_for(request, query.by)))


@routes.post("/api/v1/webhooks/{webhook}/resume", permission=PERMISSION, answer=WebhookShown, problems=_OWNED)
async def resume_webhook(request: web.Request, webhook: Name, query: Deed) -> WebhookShown:
    """Go on where it stands, at once. Whoever answers for it must see the events that it is told."""
    _found(request, webhook)
    desk = _desk(request)
    return _shown(desk, await desk.resume(webhook, answers_for(request, query.by)))


@routes.post(
    "/api/v1/webhooks/{webhook}/rotate", permission=PERMISSION, answer=SecretMade, problems=_PROBLEMS
)
async def rotate_webhook(request: web.Request, webhook: Name, query: Deed) -> SecretMade:
    """Make a new secret. The one before signs too for a day."""
    _found(request, webhook)
    return SecretMade(secret=(await _desk(request).rotate(webhook, answers_for(request, query.by))).reveal())


@routes.post("/api/v1/webhooks/{webhook}/test", permission=PERMISSION, answer=TestSent, problems=_PROBLEMS)
async def test_webhook(request: web.Request, webhook: Name, query: Deed) -> TestSent:
    """Send a `webhook.test` at once, and tell what came of it."""
    answers_for(request, query.by)
    _found(request, webhook)
    sent = await _desk(request).test(webhook)
    return TestSent(
        delivered=sent.result is Result.DELIVERED,
        status=sent.status,
        words=sent.words,
        seconds=round(sent.seconds, 3),
    )


@routes.get(
    "/api/v1/webhooks/{webhook}/dead", permission=PERMISSION, answer=Page[DeadShown], problems=_PROBLEMS
)
async def list_dead_letters(request: web.Request, webhook: Name, query: Paged) -> object:
    """List deliveries that were given up, the newest first."""
    _found(request, webhook)
    behind = after(query, int)
    before = None if behind is None else behind[0]
    rows = await _desk(request).dead(webhook, before=before, limit=query.limit + 1)
    return page([_dead(each) for each in rows], query, lambda each: (each.id,))


@routes.post("/api/v1/webhooks/{webhook}/replay", permission=PERMISSION, answer=Replayed, problems=_OWNED)
async def replay_dead_letters(request: web.Request, webhook: Name, body: ReplayAsked) -> Replayed:
    """Deliver dead letters now, the oldest first."""
    answers_for(request, body.by)
    _found(request, webhook)
    delivered, left = await _desk(request).replay(webhook, body.letters)
    return Replayed(delivered=delivered, left=left)


def _desk(request: web.Request) -> WebhookDesk:
    return request.app[TELLING].webhooks


def _found(request: web.Request, which: str) -> Webhook:
    """One that may be seen. Raises WebhookUnknown and Refusal: what may not is as if it were not there."""
    found = _desk(request).find(which)
    if not request[PRINCIPAL].sees_clients(found.clients or ()):
        raise Refusal(404, "webhook_unknown", f"there is no webhook {which}")
    return found


def _wanted(request: web.Request, asked: WebhookAsked) -> Wanted:
    """What is asked for, within what who asks may see. Raises Refusal."""
    principal = request[PRINCIPAL]
    if not principal.may(READ):
        raise Refusal(
            403, "forbidden", f"a webhook is told what you may see: this needs the permission {READ}"
        )
    if not principal.sees_clients(asked.clients or ()):
        raise Refusal(403, "forbidden", "clients: name client companies whose data you may see")
    if asked.personal and not principal.may("contacts:read"):
        raise Refusal(403, "forbidden", "personal: this needs the permission contacts:read")
    return Wanted(asked.url, asked.types, asked.clients, asked.personal, asked.batch, asked.about)


def _moment(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else datetime.fromtimestamp(unix(microseconds), UTC)


def _shown(desk: WebhookDesk, webhook: Webhook) -> WebhookShown:
    standing = webhook.standing
    delivered, failed = desk.counts(webhook.id)
    return WebhookShown(
        id=webhook.id,
        url=webhook.url,
        about=webhook.about,
        types=webhook.types,
        clients=webhook.clients,
        personal=webhook.personal,
        batch=webhook.batch,
        made_at=datetime.fromtimestamp(unix(webhook.made_at), UTC),
        made_by=webhook.made_by,
        cursor=str(standing.cursor),
        delivered_at=_moment(standing.delivered_at),
        delivered=delivered,
        failed=failed,
        failing_since=_moment(standing.failing_since),
        failure=standing.failure,
        tries=standing.tries,
        next_try=_moment(standing.next_try),
        paused=standing.paused,
        dead=desk.dead_count(webhook.id),
    )


def _dead(letter: DeadLetter) -> DeadShown:
    return DeadShown(
        id=letter.id,
        events=letter.events,
        after=str(letter.after),
        upto=str(letter.upto),
        tries=letter.tries,
        failure=letter.failure,
        first_try=datetime.fromtimestamp(unix(letter.first_try), UTC),
        died_at=datetime.fromtimestamp(unix(letter.died_at), UTC),
    )

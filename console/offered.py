"""All that the interface offers: a new module of routes is named here."""

from __future__ import annotations

from console import metrics
from console.api import described
from console.callbacks import do_not_call, promises
from console.cases import cases, customers, followed
from console.contacts import calls, contacts, conversations, details, recordings
from console.events import routes as events
from console.figures import exports, figures
from console.hours import announcements, closures, places
from console.menus import prompts, sets
from console.node import bans, health, phones, trunks
from console.people import directory, keys, log, login
from console.personal import cards, holds, persons
from console.webhooks import routes as webhooks
from console.work import agents, line, queues

PARTS = (
    described.routes,
    health.routes,
    metrics.routes,
    bans.routes,
    phones.routes,
    trunks.routes,
    agents.routes,
    queues.routes,
    line.routes,
    contacts.routes,
    details.routes,
    recordings.routes,
    conversations.routes,
    calls.routes,
    cases.routes,
    customers.routes,
    followed.routes,
    figures.routes,
    exports.routes,
    promises.routes,
    do_not_call.routes,
    places.routes,
    closures.routes,
    announcements.routes,
    sets.routes,
    prompts.routes,
    login.routes,
    directory.routes,
    keys.routes,
    log.routes,
    events.routes,
    webhooks.routes,
    persons.routes,
    holds.routes,
    cards.routes,
)

"""All figures. What stands here is what is computed, explained on the command line and printed in docs/metrics.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.figures.definition import (
    AGENTS_OWN,
    ANYTHING,
    BUT_AGENT,
    CONTACTS_OWN,
    Definition,
    Group,
    Unit,
    Want,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_TWO_QUEUES = (
    "A caller who goes on from one queue to the next without doing anything counts once, where and when the wait "
    "began, with all of it and its last result; by queue, each queue counts its own part."
)
_CALLBACKS = "Customers who are called back do not wait on the line and are not counted."
_OPEN = "Who still waits is counted once it is over; until then under `waiting`."
_MIDNIGHT = "Belongs to the day and half-hour in which the wait began, however long it lasted."
_SENT_ON = (
    "Who pressed a key, or was sent away by the queue, was offered and is neither answered nor abandoned."
)

WAITS = (
    Definition(
        "offered",
        "offered",
        Unit.COUNT,
        "waits that are over - short abandons",
        "Callers who wanted an agent of a queue and held for longer than a slip of the finger.",
        (_TWO_QUEUES, _CALLBACKS, _OPEN, _MIDNIGHT),
        counted="offered",
        groups=BUT_AGENT,
    ),
    Definition(
        "answered",
        "answered",
        Unit.COUNT,
        "waits that an agent ended by answering",
        "The agent's phone was answered and the caller given to it.",
        (_TWO_QUEUES, _CALLBACKS, "By agent: who answered. A transfer afterwards is no second answer."),
        counted="answered",
    ),
    Definition(
        "abandoned",
        "abandoned",
        Unit.COUNT,
        "waits ended by the caller's hanging up, longer than S",
        "S is `short_abandon` of the queue, else of the client company, else 5 s.",
        (
            _TWO_QUEUES,
            _CALLBACKS,
            "Exactly S seconds is short.",
            "Whoever cut off the line, the caller is gone.",
        ),
        counted="abandoned",
        groups=BUT_AGENT,
    ),
    Definition(
        "short_abandons",
        "short",
        Unit.COUNT,
        "waits ended by the caller's hanging up within S",
        "Told apart, and no part of what was offered: nobody could have answered them.",
        (_TWO_QUEUES,),
        counted="short_abandons",
        groups=BUT_AGENT,
    ),
    Definition(
        "sent_on",
        "sent on",
        Unit.COUNT,
        "offered - answered - abandoned",
        "Left by a key, or because the queue sent the caller on: too long a wait, full, closed, nobody there.",
        ("By queue, a caller who went on to another queue is sent on by the first.",),
        counted="sent_on",
        groups=BUT_AGENT,
    ),
    Definition(
        "waiting",
        "waiting",
        Unit.COUNT,
        "waits that are not over",
        "Still in the line when the figures are read.",
        counted="waiting",
        groups=BUT_AGENT,
    ),
    Definition(
        "abandon_rate",
        "abandoned %",
        Unit.SHARE,
        "abandoned / offered",
        "Short abandons are in neither.",
        (_SENT_ON,),
        counted="abandoned",
        of="offered",
        groups=BUT_AGENT,
        want=Want.LOW,
    ),
    Definition(
        "sl_answered",
        "SL of answered",
        Unit.SHARE,
        "answered within T / answered",
        "T is `service_level.within` of the queue in which the wait began. Says nothing of who was not answered.",
        ("Exactly T seconds is within T.", _TWO_QUEUES),
        counted="answered_within",
        of="answered",
        want=Want.HIGH,
    ),
    Definition(
        "sl_offered",
        "SL of offered",
        Unit.SHARE,
        "answered within T / offered",
        "The strictest: abandoned and sent on count against it, short abandons do not.",
        ("Exactly T seconds is within T.", _TWO_QUEUES),
        counted="answered_within",
        of="offered",
        groups=BUT_AGENT,
        want=Want.HIGH,
    ),
    Definition(
        "sl_asterisk",
        "SL2",
        Unit.SHARE,
        "(answered within T + abandoned within T) / (answered + all abandoned)",
        "As Asterisk reckons its ServicelevelPerf2: who hung up within T counts as served, short abandons too.",
        ("Who was sent on is in neither.", _TWO_QUEUES),
        counted="ended_within",
        of="ended_by_people",
        groups=BUT_AGENT,
        want=Want.HIGH,
    ),
    Definition(
        "asa",
        "ASA",
        Unit.SECONDS,
        "sum of the waits of answered / answered",
        "Average speed of answer: from joining the queue, the ringing of agents' phones included; not the menu.",
        (_TWO_QUEUES,),
        counted="answered_wait",
        of="answered",
        want=Want.LOW,
    ),
    Definition(
        "wait_p90",
        "wait p90",
        Unit.SECONDS,
        "the smallest wait that 90 of 100 answered did not exceed",
        "Nearest rank: a wait that somebody had, nothing between two of them.",
        (_TWO_QUEUES,),
        counted="wait_p90",
        want=Want.LOW,
    ),
    Definition(
        "longest_wait",
        "longest",
        Unit.SECONDS,
        "the longest of all waits that are over",
        "Whatever their result, short abandons included.",
        (_TWO_QUEUES,),
        counted="longest_wait",
        groups=BUT_AGENT,
        want=Want.LOW,
    ),
)

HANDLING = (
    Definition(
        "handled",
        "handled",
        Unit.COUNT,
        "calls of queues that agents took and are through with",
        "One for each agent who took the caller from a queue; wrap-up is over, or there was none.",
        (
            "Handed back and taken by a second agent: two.",
            "Sent to an agent directly, past all queues: none.",
            "Callbacks count: the agent worked.",
            "Belongs to the moment at which the agent answered, talk and wrap-up after midnight too.",
        ),
        counted="handled",
    ),
    Definition(
        "aht",
        "AHT",
        Unit.SECONDS,
        "(talk + hold + wrap-up) / handled",
        "Average handling time: the agent's own seconds with this call, from the answer until wrap-up was over.",
        (
            "Calls that are not over, or in wrap-up, are not counted yet.",
            "Consulting somebody while the caller waits is hold.",
            "After a transfer only what the agent still does (wrap-up) is his or hers.",
        ),
        counted="handle_time",
        of="handled",
    ),
    Definition(
        "talk_time", "talk", Unit.SECONDS, "talk / handled", "Of the handling time, the talk.",
        counted="talk_time", of="handled",
    ),
    Definition(
        "hold_time", "hold", Unit.SECONDS, "hold / handled", "Of the handling time, the caller on hold.",
        counted="hold_time", of="handled",
    ),
    Definition(
        "wrap_time", "wrap-up", Unit.SECONDS, "wrap-up / handled", "Of the handling time, the work after the call.",
        counted="wrap_time", of="handled",
    ),
)  # fmt: skip

AGENTS = (
    Definition(
        "occupancy",
        "occupancy",
        Unit.SHARE,
        "(talk + hold + wrap-up) / time ready",
        "Time ready is logged in and available, or with a call or its wrap-up. Ringing is ready and not occupied.",
        (
            "Not ready, the phone offline, and calls of one's own are in neither.",
            "Cut at the ends of each half-hour and of the period; who is still at it counts until now.",
            "Not by client, queue, reason or language: time in which an agent is free belongs to none of them.",
        ),
        counted="occupied",
        of="ready",
        groups=AGENTS_OWN,
    ),
    Definition(
        "adherence",
        "adherence",
        Unit.SHARE,
        "(available + calls + not ready for a paid reason, phone reachable) / time logged in",
        "How much of the time for which an agent was logged in was work: reasons with `paid: false` are not.",
        (
            "No schedule is kept here: it cannot say who came late or left early, only what was done once logged in.",
            "Not ready without a reason, or for one that reasons.yaml does not know, is not work.",
        ),
        counted="adhering",
        of="logged_in",
        groups=AGENTS_OWN,
        want=Want.HIGH,
    ),
)

CONTACTS = (
    Definition(
        "contacts",
        "contacts",
        Unit.COUNT,
        "contacts that began",
        "Everybody who called or was called, wherever that led.",
        (
            "A caller in two queues, transferred, or talked with by three agents is one.",
            "By queue or agent: whom it answered; each queue (agent) counts the contact once.",
        ),
        counted="contacts",
    ),
    Definition(
        "transfer_rate",
        "transferred",
        Unit.SHARE,
        "contacts with a transfer / contacts that an agent answered",
        "A transfer that came about: blind or after a consultation, to a person, a queue, a menu or outside.",
        (
            "Transferred twice is one contact.",
            "A transfer that failed, or a consultation from which the agent came back, is none.",
            "By agent or queue: the contact was transferred while or after it was theirs, by whomever.",
        ),
        counted="transferred",
        of="served_by_agents",
        want=Want.LOW,
    ),
    Definition(
        "containment",
        "contained",
        Unit.SHARE,
        "contacts whose menu ended with success and without a person / contacts that entered a menu",
        "Success is what the menu itself says: what was asked for was done there.",
        ("Hanging up in the menu is no success.", "Calls that are not over are not counted yet."),
        counted="contained",
        of="entered_menu",
        groups=CONTACTS_OWN,
        want=Want.HIGH,
    ),
    Definition(
        "fcr",
        "FCR",
        Unit.SHARE,
        "served contacts without a repeat / served contacts",
        "First-contact resolution. Served: somebody called, and an agent or the menu served them. A repeat is a later "
        "call of the same number to the same client company for the same reason within N days (`repeat_days`, 7).",
        (
            "Withheld numbers cannot be told apart and are in neither.",
            "No reason is a reason of its own.",
            "N days from the beginning of the contact to the second; calling again a minute later is a repeat.",
            "Our own calls to the customer are no repeats.",
            "Until N days have passed it can still fall.",
        ),
        counted="resolved",
        of="served",
        want=Want.HIGH,
    ),
    Definition(
        "csat",
        "CSAT",
        Unit.SHARE,
        "surveys with 4 or 5 / surveys answered",
        "The caller's mark on a scale of 1 to 5; other scales are brought to it, several questions averaged.",
        ("Belongs to the contact's beginning.", "By agent or queue: all who had the contact share its mark."),
        counted="satisfied",
        of="surveyed",
        want=Want.HIGH,
    ),
)

PROMISES = (
    Definition(
        "callbacks_kept",
        "callbacks kept",
        Unit.SHARE,
        "promised callbacks kept in time / promised callbacks whose time is over",
        "Kept: an agent talked with the customer, before the promised time was over.",
        (
            "Belongs to the moment by which it was promised, not to that of the promise.",
            "Talked with, but late: broken.",
            "Cancelled by the customer or by us: in neither.",
            "The time is not over and nothing has come of it: in neither.",
        ),
        counted="kept",
        of="due",
        groups=ANYTHING - {Group.REASON},
        want=Want.HIGH,
    ),
)

DEFINITIONS: Mapping[str, Definition] = {
    each.name: each for each in (*CONTACTS[:1], *WAITS, *HANDLING, *AGENTS, *CONTACTS[1:], *PROMISES)
}

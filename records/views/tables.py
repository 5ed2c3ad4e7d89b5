"""The tables that are derived from events. All of them can be rebuilt from `event`: nothing else is their source.

Times are whole microseconds since 1970 UTC, by the clock of the contact: its beginning by the wall, what follows by the
monotonic offsets of its events, so that a clock that is set changes no length. Durations are seconds. What is personal
(numbers, addresses) is as the events have it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from records.columns import counts, keys, moments, numbers, reals, sums, texts, truths
from records.schema import metadata

contact = Table(
    "contact",
    metadata,
    *keys("id"),
    *texts("client", "profile", "trunk", "account", "ani", "dnis", "language"),
    *moments("started_at", nullable=False),
    *moments("answered_at", "ended_at"),
    *texts("outcome", "ended_by"),
    *numbers("status", "cause"),
    *texts("queue"),
    *texts("agents", nullable=False),
    *reals("waited", "talked", nullable=False),
    *numbers("last_n", nullable=False),
    *moments("last_ts", nullable=False),
    *texts("node", "direction", "initiation", "menu", "menu_version", "reason", "disposition"),
    *texts("identity"),
    *reals("csat"),
    *texts("tracking", "case_id", "previous", "next"),
    *sums("rang", "held", "wrapped", "in_menu"),
    *counts("transfers"),
    *truths("contained"),
    *reals("length"),
    *texts("checked"),
    *reals("off_by"),
    *moments("began_offset"),
    *texts("ongoing"),
    Index("contact_started_at", "started_at"),
    Index("contact_client_started_at", "client", "started_at"),
    Index("contact_ended_at", "ended_at"),
    Index("contact_ani_started_at", "ani", "started_at"),
    Index("contact_queue_started_at", "queue", "started_at"),
    Index("contact_checked", "checked"),
)
"""One customer's visit.

`initiation` is inbound, outbound, callback or api; `previous` and `next` are the contacts that it came from and went on
in; `ended_by` is who hung up. `waited` in queues, `in_menu`, `rang` (a phone rang for the customer outside of queues),
`talked` and `held` add up the customer's segments, `wrapped` the agents' wrap-up. `csat` is from 1 to 5. `contained`:
the menu served the customer, and nobody else was asked for. `length` is what the node measured from beginning to end;
`checked` is ok or off once the segments were held against it, `off_by` the seconds that they differ. `began_offset` and
`ongoing` (what goes on, as JSON) are for folding on.
"""

leg = Table(
    "leg",
    metadata,
    *keys("id"),
    *texts("contact", nullable=False),
    *texts("role", "direction", "peer", "sip_call_id", "agent", "codec"),
    *moments("invited_at", nullable=False),
    *moments("ringing_at", "answered_at", "ended_at"),
    *reals("held", nullable=False),
    *numbers("holds", nullable=False),
    *moments("held_since"),
    *texts("ended_by"),
    *numbers("status", "cause"),
    *texts("reason", "rtp", "trunk", "account", "transport", "remote", "user_agent", "from_tag"),
    *texts("to_tag", "secured", "transferred_from", "transferred_to"),
    *numbers("lost"),
    *reals("jitter_ms", "mos"),
    *numbers("digits_in", "digits_out"),
    *reals("pdd", "rang"),
    *sums("talked"),
    Index("leg_contact", "contact"),
    Index("leg_sip_call_id", "sip_call_id"),
    Index("leg_agent_invited_at", "agent", "invited_at"),
)
"""One party of a contact: one SIP dialog.

`pdd` (post-dial delay) is from the INVITE to the first sign of the far end, `rang` from the first ringing to the answer
or the end; `lost`, `jitter_ms` and `mos` are of the sound that the far end sent, see records.views.quality.
`transferred_to` is the leg that took its place, `transferred_from` the one whose place it took.
"""

queue_visit = Table(
    "queue_visit",
    metadata,
    *keys("contact"),
    Column("visit", Integer, primary_key=True),
    *texts("client", "queue", "language", "reason"),
    *moments("joined_at", nullable=False),
    *moments("left_at"),
    *reals("waited"),
    *texts("result", "agent"),
    *numbers("priority", "position"),
    *reals("estimate"),
    *truths("place_kept", "is_callback", nullable=False),
    Index("queue_visit_joined_at", "joined_at"),
    Index("queue_visit_queue_joined_at", "queue", "joined_at"),
    Index("queue_visit_client_joined_at", "client", "joined_at"),
)
"""One wait in one queue. `result` is `answered`, or why it was left; `agent` is who answered."""

reservation = Table(
    "reservation",
    metadata,
    *keys("id"),
    *texts("contact", nullable=False),
    *numbers("visit"),
    *texts("client", "queue", "agent", "leg"),
    *moments("created_at", nullable=False),
    *moments("ringing_at", "ended_at"),
    *texts("result"),
    *reals("rang"),
    *numbers("status"),
    *moments("through_at"),
    *sums("talked", "held", "wrapped"),
    Index("reservation_contact", "contact"),
    Index("reservation_created_at", "created_at"),
    Index("reservation_ended_at", "ended_at"),
    Index("reservation_agent_created_at", "agent", "created_at"),
)
"""One agent held for one wait; `status` is the SIP status that ended the call to the agent's phone.

Of one that was answered, `through_at` is when the agent's phone left the call; `talked` and `held` add up the agent's
segments until then, `wrapped` is the work after it.
"""

segment = Table(
    "segment",
    metadata,
    *keys("contact"),
    Column("n", Integer, primary_key=True),
    *texts("party", nullable=False),
    *texts("agent", "leg"),
    *texts("kind", nullable=False),
    *texts("queue"),
    *moments("began_at", nullable=False),
    *moments("ended_at"),
    *reals("seconds"),
    Index("segment_agent_began_at", "agent", "began_at"),
)
"""What one party did from when to when: `party` is customer or agent (anybody but the customer).

`kind` is menu, queue, ringing, talking, hold, wrap_up or other. The customer's partition the contact.
"""

agent_span = Table(
    "agent_span",
    metadata,
    *keys("agent"),
    Column("n", Integer, primary_key=True),
    *moments("began_at", nullable=False),
    *moments("ended_at"),
    *texts("status", "reason", "state", "contact", "client", "queue"),
    Index("agent_span_began_at", "began_at"),
    Index("agent_span_ended_at", "ended_at", "agent"),
)
"""How long an agent had one status and state; the last one of each agent has no end."""

menu_step = Table(
    "menu_step",
    metadata,
    *keys("contact"),
    Column("n", Integer, primary_key=True),
    *texts("menu", "version", "step", "outcome"),
    *moments("entered_at", nullable=False),
    *moments("left_at"),
    *counts("noinputs", "nomatches"),
    Index("menu_step_menu_entered_at", "menu", "entered_at"),
)
"""One step of a menu: where it led, and how often the caller keyed nothing, or what did not fit."""

recording = Table(
    "recording",
    metadata,
    *keys("contact"),
    Column("n", Integer, primary_key=True),
    *texts("leg", "client", "kind", "name", "file", "mailbox"),
    *moments("began_at", nullable=False),
    *moments("ended_at"),
    *reals("seconds"),
    Column("bytes", BigInteger),
    *texts("masked", "sha256", "result"),
    *truths("sealed"),
    Index("recording_began_at", "began_at"),
)
"""One sound file: `kind` is call or message (left in a `mailbox`), `masked` the spans [from, to] in its seconds."""

promise = Table(
    "promise",
    metadata,
    *keys("reference"),
    *texts("contact", nullable=False),
    *texts("client", "queue", "language", "agent"),
    *moments("promised_at", nullable=False),
    *moments("earliest", "latest", "ended_at"),
    *texts("result", "kept_in"),
    Index("promise_latest", "latest"),
)
"""One callback that was promised in `contact`, for between `earliest` and `latest`.

`result` is kept, late, failed, expired or cancelled; `kept_in` is the contact in which an agent talked with them.
"""

survey_answer = Table(
    "survey_answer",
    metadata,
    *keys("contact"),
    Column("n", Integer, primary_key=True),
    *texts("client", "language", "queue", "agent", "menu", "question"),
    *numbers("score", nullable=False),
    *numbers("least", "most"),
    *moments("at", nullable=False),
    Index("survey_answer_at", "at"),
    Index("survey_answer_client_at", "client", "at"),
)
"""One answer by key; `queue` and `agent` are those of the conversation after which the caller was asked."""

ALL = (
    contact,
    leg,
    queue_visit,
    reservation,
    segment,
    agent_span,
    menu_step,
    recording,
    promise,
    survey_answer,
)
"""Every table that is rebuilt."""

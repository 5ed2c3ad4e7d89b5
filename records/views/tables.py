"""The tables that are derived from events. All of them can be rebuilt from `event`: nothing else is their source.

Times are whole microseconds since 1970 UTC, by the clock of the contact: its beginning by the wall, what follows by the
monotonic offsets of its events, so that a clock that is set changes no length. Durations are seconds. What is personal
(numbers, addresses) is as the events have it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text

from records.schema import metadata


def _text(*names: str) -> list[Column[str]]:
    return [Column(name, Text) for name in names]


def _moments(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger) for name in names]


def _sums(*names: str) -> list[Column[float]]:
    return [Column(name, Float, nullable=False, server_default="0") for name in names]


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


contact = Table(
    "contact",
    metadata,
    Column("id", Text, primary_key=True),
    *_text("client", "profile", "trunk", "account", "ani", "dnis", "language"),
    Column("started_at", BigInteger, nullable=False),
    *_moments("answered_at", "ended_at"),
    *_text("outcome", "ended_by"),
    Column("status", Integer),
    Column("cause", Integer),
    Column("queue", Text),
    Column("agents", Text, nullable=False),
    Column("waited", Float, nullable=False),
    Column("talked", Float, nullable=False),
    Column("last_n", Integer, nullable=False),
    Column("last_ts", BigInteger, nullable=False),
    *_text("node", "direction", "initiation", "menu", "menu_version", "reason", "disposition", "identity"),
    Column("csat", Float),
    *_text("tracking", "case_id", "previous", "next"),
    *_sums("rang", "held", "wrapped", "in_menu"),
    _count("transfers"),
    Column("contained", Boolean),
    Column("length", Float),
    Column("checked", Text),
    Column("off_by", Float),
    Column("began_offset", BigInteger),
    Column("ongoing", Text),
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
    Column("id", Text, primary_key=True),
    Column("contact", Text, nullable=False),
    *_text("role", "direction", "peer", "sip_call_id", "agent", "codec"),
    Column("invited_at", BigInteger, nullable=False),
    *_moments("ringing_at", "answered_at", "ended_at"),
    Column("held", Float, nullable=False),
    Column("holds", Integer, nullable=False),
    *_moments("held_since"),
    Column("ended_by", Text),
    Column("status", Integer),
    Column("cause", Integer),
    Column("reason", Text),
    Column("rtp", Text),
    *_text("trunk", "account", "transport", "remote", "user_agent", "from_tag", "to_tag", "secured"),
    *_text("transferred_from", "transferred_to"),
    Column("lost", Integer),
    Column("jitter_ms", Float),
    Column("mos", Float),
    Column("digits_in", Integer),
    Column("digits_out", Integer),
    Column("pdd", Float),
    Column("rang", Float),
    *_sums("talked"),
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
    Column("contact", Text, primary_key=True),
    Column("visit", Integer, primary_key=True),
    *_text("client", "queue", "language", "reason"),
    Column("joined_at", BigInteger, nullable=False),
    *_moments("left_at"),
    Column("waited", Float),
    *_text("result", "agent"),
    Column("priority", Integer),
    Column("position", Integer),
    Column("estimate", Float),
    Column("place_kept", Boolean, nullable=False),
    Column("is_callback", Boolean, nullable=False),
    Index("queue_visit_joined_at", "joined_at"),
    Index("queue_visit_queue_joined_at", "queue", "joined_at"),
    Index("queue_visit_client_joined_at", "client", "joined_at"),
)
"""One wait in one queue. `result` is `answered`, or why it was left; `agent` is who answered."""

reservation = Table(
    "reservation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contact", Text, nullable=False),
    Column("visit", Integer),
    *_text("client", "queue", "agent", "leg"),
    Column("created_at", BigInteger, nullable=False),
    *_moments("ringing_at", "ended_at"),
    Column("result", Text),
    Column("rang", Float),
    Column("status", Integer),
    *_moments("through_at"),
    *_sums("talked", "held", "wrapped"),
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
    Column("contact", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("party", Text, nullable=False),
    *_text("agent", "leg"),
    Column("kind", Text, nullable=False),
    *_text("queue"),
    Column("began_at", BigInteger, nullable=False),
    *_moments("ended_at"),
    Column("seconds", Float),
    Index("segment_agent_began_at", "agent", "began_at"),
)
"""What one party did from when to when: `party` is customer or agent (anybody but the customer).

`kind` is menu, queue, ringing, talking, hold, wrap_up or other. The customer's partition the contact.
"""

agent_span = Table(
    "agent_span",
    metadata,
    Column("agent", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("began_at", BigInteger, nullable=False),
    *_moments("ended_at"),
    *_text("status", "reason", "state", "contact", "client", "queue"),
    Index("agent_span_began_at", "began_at"),
    Index("agent_span_ended_at", "ended_at", "agent"),
)
"""How long an agent had one status and state; the last one of each agent has no end."""

menu_step = Table(
    "menu_step",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    *_text("menu", "version", "step", "outcome"),
    Column("entered_at", BigInteger, nullable=False),
    *_moments("left_at"),
    _count("noinputs"),
    _count("nomatches"),
    Index("menu_step_menu_entered_at", "menu", "entered_at"),
)
"""One step of a menu: where it led, and how often the caller keyed nothing, or what did not fit."""

recording = Table(
    "recording",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    *_text("leg", "client", "kind", "name", "file", "mailbox"),
    Column("began_at", BigInteger, nullable=False),
    *_moments("ended_at"),
    Column("seconds", Float),
    Column("bytes", BigInteger),
    *_text("masked", "sha256", "result"),
    Column("sealed", Boolean),
    Index("recording_began_at", "began_at"),
)
"""One sound file: `kind` is call or message (left in a `mailbox`), `masked` the spans [from, to] in its seconds."""

promise = Table(
    "promise",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("contact", Text, nullable=False),
    *_text("client", "queue", "language", "agent"),
    Column("promised_at", BigInteger, nullable=False),
    *_moments("earliest", "latest", "ended_at"),
    *_text("result", "kept_in"),
    Index("promise_latest", "latest"),
)
"""One callback that was promised in `contact`, for between `earliest` and `latest`.

`result` is kept, late, failed, expired or cancelled; `kept_in` is the contact in which an agent talked with them.
"""

survey_answer = Table(
    "survey_answer",
    metadata,
    Column("contact", Text, primary_key=True),
    Column("n", Integer, primary_key=True),
    *_text("client", "language", "queue", "agent", "menu", "question"),
    Column("score", Integer, nullable=False),
    Column("least", Integer),
    Column("most", Integer),
    Column("at", BigInteger, nullable=False),
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

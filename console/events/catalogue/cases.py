"""Customers, cases, complaints and notes: what people did with them; never what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.events.catalogue.field import LIST, NUMBER, PARTS, PERSONAL, PLACE, TEXT, WHOLE, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.events.catalogue.field import EventType

_DONE = {"by": PLACE, "client": TEXT, "entry": WHOLE}
_CASE = {"case": TEXT, **_DONE}
_CUSTOMER = {"about": TEXT, **_DONE}
_NEW = {
    **{"reference": TEXT, "kind": TEXT, "reason": TEXT, "owner": TEXT, "team": TEXT, "urgency": TEXT},
    **{"answer_by": WHOLE},
}
_DUE = {"owner": TEXT, "team": TEXT, "due": WHOLE}
_ANSWER = {"owner": TEXT, "team": TEXT, "answer_by": WHOLE}
_MOVED = {"from": TEXT, "to": PLACE}

CASES: Mapping[str, EventType] = {
    "case.opened": told(
        "A case was opened, by the caller in a menu or by somebody",
        **_CASE,
        **_NEW,
        sent=TEXT,
        message=PERSONAL,
    ),
    "case.filed": told("What a caller left became a case", **_CASE, **_NEW),
    "case.changed": told("A case was changed", **_CASE, changes=PARTS, rewritten=LIST),
    "case.moved": told("A case is in another state", **_CASE, **_MOVED),
    "case.closed": told("A case is closed", **_CASE, **_MOVED),
    "case.reopened": told("A case is open again", **_CASE, **_MOVED),
    "case.linked": told("A contact was about a case", **_CASE),
    "case.noted": told("Something was noted in a case", **_CASE, note=PERSONAL),
    "case.overdue": told("A case is not done in time", **_CASE, **_DUE),
    "case.follow_up_due": told("It is time to look after a case", **_CASE, **_DUE),
    "complaint.paused": told("The clock of a complaint stands still", **_CASE, left=NUMBER),
    "complaint.resumed": told("It runs again; moments are Unix seconds", **_CASE, **_ANSWER),
    "complaint.warned": told("A complaint must be answered soon", **_CASE, **_ANSWER),
    "complaint.met": told("A complaint was answered in time", **_CASE, **_ANSWER),
    "complaint.missed": told("A complaint was not answered in time", **_CASE, **_ANSWER),
    "note.added": told("Something was noted of a customer", **_CUSTOMER, note=PERSONAL),
    "customer.added": told("A customer is known", **_CUSTOMER),
    "customer.changed": told("What is known of a customer changed: which fields", **_CUSTOMER, changed=LIST),
    "customer.merged": told("Two customers were one", **_CUSTOMER, kept=TEXT, gone=TEXT),
}

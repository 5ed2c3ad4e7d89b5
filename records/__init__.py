"""The ledger of contacts, legs and events: one ordered writer; read as timelines and SIP ladders."""

from records.errors import RecordsError
from records.event import NODE, LedgerEvent
from records.ledger.ledger import Ledger, LedgerHealth
from records.ledger.recovery import Recovery

__all__ = ["NODE", "Ledger", "LedgerEvent", "LedgerHealth", "RecordsError", "Recovery"]

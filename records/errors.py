"""What can go wrong with the records; callers read `code`, never the class."""

from __future__ import annotations

from base.errors import CentralitaError


class RecordsError(CentralitaError):
    """Root of this package's errors."""

    code = "records_error"


class LedgerInUse(RecordsError):
    """Another server holds the ledger: two would close each other's contacts as interrupted."""

    code = "ledger_in_use"


class LedgerTooNew(RecordsError):
    """A later version of the program wrote this ledger; going on could harm it."""

    code = "ledger_too_new"


class LedgerStopped(RecordsError):
    """The ledger was closed before these events could be committed."""

    code = "ledger_stopped"


class LedgerMissing(RecordsError):
    """There is no ledger at this path: no server has run with this state folder yet."""

    code = "ledger_missing"
    status = 404


class StoreUnavailable(RecordsError):
    """The database is busy, full, read-only or away: the same write may succeed later."""

    code = "store_unavailable"
    status = 503


class LedgerTooOld(StoreUnavailable):
    """An earlier version of the program wrote this ledger, and no node of this one has run with it yet."""

    code = "ledger_too_old"


class ContactNotFound(RecordsError):
    """No contact has this identifier or prefix."""

    code = "contact_not_found"
    status = 404


class ContactAmbiguous(RecordsError):
    """Several contacts begin with this prefix; the text lists some."""

    code = "contact_ambiguous"
    status = 300


class DatabaseUnknown(RecordsError):
    """What was given as the place of the records is none."""

    code = "database_unknown"


class MasterKeyMissing(RecordsError):
    """The file of the key that opens the records' personal fields is not there, or is none."""

    code = "records_key_missing"
    status = 503


class MasterKeyWrong(RecordsError):
    """The records' personal fields were sealed under another master key."""

    code = "records_key_wrong"
    status = 503


class SealBroken(RecordsError):
    """Sealed personal fields were changed or moved after they were written."""

    code = "seal_broken"


class CursorUnknown(RecordsError):
    """What was sent as the place to go on from is none."""

    code = "cursor_unknown"
    status = 422


class HoldOfNothing(RecordsError):
    """What is to be held names nothing: it would keep nothing."""

    code = "hold_of_nothing"
    status = 422


class HoldNotFound(RecordsError):
    """No legal hold with this name lasts."""

    code = "hold_not_found"
    status = 404


class UnderLegalHold(RecordsError):
    """What should be erased must be kept; the text names the hold."""

    code = "under_legal_hold"
    status = 409


class PersonNotFound(RecordsError):
    """Nothing is kept of this number."""

    code = "person_not_found"
    status = 404


class NameUnknown(RecordsError):
    """Neither the configuration nor the records have what is asked by; the text names some that they have."""

    code = "name_unknown"
    status = 422

    def __init__(self, kind: str, text: str) -> None:
        """`kind`: client, queue, agent, team, language or reason."""
        super().__init__(text)
        self.kind = kind

"""What can go wrong with customers and cases."""

from __future__ import annotations

from records.errors import RecordsError


class CustomerNotFound(RecordsError):
    """No customer has this id, number or reference."""

    code = "unknown_customer"
    status = 404


class CustomerTaken(RecordsError):
    """The number or reference is another customer's: merge the two."""

    code = "customer_taken"
    status = 409


class NotMergeable(RecordsError):
    """These two customers cannot become one."""

    code = "not_mergeable"
    status = 409


class CaseNotFound(RecordsError):
    """No case has this number, reference or tracking number."""

    code = "unknown_case"
    status = 404


class CaseAmbiguous(RecordsError):
    """Several cases have this reference; the text lists them."""

    code = "case_ambiguous"
    status = 409


class ChangedMeanwhile(RecordsError):
    """Somebody else has changed it since it was read: read it again."""

    code = "changed_meanwhile"
    status = 409


class NotInThisState(RecordsError):
    """The case's state does not allow that; the text says what does."""

    code = "not_in_this_state"
    status = 409


class NoTerm(RecordsError):
    """The client company's file says nothing of complaints."""

    code = "no_term"
    status = 409

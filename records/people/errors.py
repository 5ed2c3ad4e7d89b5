"""What can go wrong with people and their proofs. No text tells a secret, nor whether somebody exists."""

from __future__ import annotations

from math import ceil

from records.errors import RecordsError


class PeopleError(RecordsError):
    """Root of these errors."""

    code = "people_error"
    status = 422


class UnknownPerson(PeopleError):
    """Nobody has this id."""

    code = "unknown_person"
    status = 404


class PersonExists(PeopleError):
    """Somebody has this id already."""

    code = "person_exists"
    status = 409


class BadPerson(PeopleError):
    """What is said of a person does not go together."""

    code = "bad_person"


class WeakPassword(PeopleError):
    """The password is one that others guess."""

    code = "weak_password"


class WrongLogin(PeopleError):
    """Person, password or code are wrong: which of them is not told."""

    code = "wrong_login"
    status = 401


class CodeNeeded(PeopleError):
    """The password is right, and the person has a second factor whose code was not sent."""

    code = "code_needed"
    status = 401


class LockedOut(PeopleError):
    """Too many wrong attempts, for this person or from this address; `retry_after` says how long."""

    code = "locked_out"
    status = 429

    def __init__(self, seconds: float) -> None:
        """For so many seconds."""
        self.retry_after = max(1, ceil(seconds))
        super().__init__(f"too many wrong attempts; try again in {self.retry_after} s")


class TooManyLogins(PeopleError):
    """More people log in at this moment than can be served."""

    code = "too_many_logins"
    status = 503
    retry_after = 2


class BadInvitation(PeopleError):
    """The invitation is none, was used or is over."""

    code = "bad_invitation"
    status = 404


class SecondFactorExists(PeopleError):
    """The person has a second factor; it is taken away before another is set up."""

    code = "second_factor_exists"
    status = 409


class UnknownSession(PeopleError):
    """No such session is open."""

    code = "unknown_session"
    status = 404


class UnknownKey(PeopleError):
    """No API key has this id."""

    code = "unknown_key"
    status = 404


class BadKey(PeopleError):
    """An API key is to have more than whoever makes it, or nothing at all."""

    code = "bad_key"


class PeopleKeyBroken(PeopleError):
    """The key of the state folder that seals second factors is not there, or is another one."""

    code = "people_key_broken"
    status = 503

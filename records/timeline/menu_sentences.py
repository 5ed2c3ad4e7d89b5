"""Sentences for what happens in menus and to the transactions that callers carry out there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from records.timeline.wording import counted, duration, language_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from records.timeline.facts import Facts


def _menu_entered(facts: Facts) -> str:
    return f"Enters step {facts['step']}{facts.phrase('menu', ' of menu {}')}"


def _menu_prompt(facts: Facts) -> str:
    prompt = facts.phrase("prompt", "prompt {}") or "the prompt"
    return f"Hears {prompt} of step {facts['step']}"


def _menu_input(facts: Facts) -> str:
    digits = facts.data.get("digits")
    keys = "a key" if digits == 1 else counted(digits, "key")  # "1 key" would be read as the key 1
    return f"Presses {keys} at step {facts['step']}{facts.phrase('result', ': {}')}"


def _menu_failure(words: str) -> Callable[[Facts], str]:
    return lambda facts: f"{words} at step {facts['step']}{facts.phrase('count', ' (time {})')}"


def _menu_left(facts: Facts) -> str:
    if facts["destination"] == "caller_hung_up":
        return "Leaves the menu by hanging up"
    return f"Leaves the menu for {facts['destination']}"


_VERDICTS = {"True": "valid", "False": "not valid"}


def _field_captured(facts: Facts) -> str:
    verdict = _VERDICTS.get(repr(facts.data.get("valid")), "unchecked")
    return f"Gives {facts['field']}: {counted(facts.data.get('length'), 'character')}, {verdict}"


def _transaction_result(facts: Facts) -> str:
    return f"Asked for {facts['action']}, the back end answered: {facts['result']}"


_SETTLED = {
    "approved": "was made after all",
    "declined": "was declined",
    "absent": "was never made",
    "given_up": "is not known, and nobody asks any more: look at the payment system",
}


def _transaction_settled(facts: Facts) -> str:
    sum_ = f"{facts['amount']} {facts['currency']}"
    what = f"The payment of {sum_} (minor units) with the card ending in {facts['last4']}"
    return f"{what} {_SETTLED.get(facts['result'], facts['result'])}{facts.phrase('reference', ', reference {}')}"


def _language_set(facts: Facts) -> str:
    return f"Language is {language_words(facts['language'])}"


def _menu_branch(facts: Facts) -> str:
    return f"Step {facts['step']} leads on{facts.phrase('why', ' by {}')}: {facts['result']}"


def _menu_message(facts: Facts) -> str:
    return f"The message of step {facts['step']} is {facts['result']}{facts.phrase('seconds', ', {} s')}"


def _message_recorded(facts: Facts) -> str:
    return f"Leaves a message for {facts['mailbox']}: {facts['recording']}, {facts['seconds']} s"


def _survey_began(facts: Facts) -> str:
    return f"The agent has gone, and the caller is asked by the menu {facts['menu']}"


def _survey_answered(facts: Facts) -> str:
    return f"Answers {facts['question']}: {facts['answer']} from {facts['least']} to {facts['most']}"


def _auth_locked(facts: Facts) -> str:
    limit = facts.phrase("by", " by the limit of the {}").replace("_", " ")
    return f"Locked{limit}: {facts['action']} is not tried{facts.phrase('seconds', ' for {}', duration)}"


MENU_SENTENCES: Mapping[str, Callable[[Facts], str]] = {
    "menu.entered": _menu_entered,
    "menu.result": lambda facts: f"The answer {facts['result']} is carried out",
    "menu.prompt": _menu_prompt,
    "menu.input": _menu_input,
    "menu.noinput": _menu_failure("Presses nothing"),
    "menu.nomatch": _menu_failure("Presses what does not fit"),
    "menu.left": _menu_left,
    "field.captured": _field_captured,
    "secure.began": lambda _: "Secure entry begins: keys are neither shown nor recorded",
    "secure.ended": lambda _: "Secure entry ends",
    "transaction.result": _transaction_result,
    "transaction.settled": _transaction_settled,
    "language.set": _language_set,
    "menu.branch": _menu_branch,
    "menu.message": _menu_message,
    "attributes.set": lambda facts: f"Is noted: {facts['set']}",
    "message.began": lambda facts: f"A message for {facts['mailbox']} begins",
    "message.recorded": _message_recorded,
    "message.failed": lambda facts: f"The message failed{facts.phrase('reason', ': {}')}",
    "recording.allowed": lambda _: "Agrees to be recorded",
    "recording.refused": lambda _: "Does not agree to be recorded",
    "survey.began": _survey_began,
    "survey.answered": _survey_answered,
    "auth.locked": _auth_locked,
    "fraud.suspected": lambda facts: f"Fraud is suspected{facts.phrase('by', ' (sign: {})')}",
}

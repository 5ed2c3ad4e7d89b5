"""Advice: what a menu may do and callers would be better off without. Each rule yields warnings; ADVICE lists them."""

from __future__ import annotations

from ivr.check.advice.changed import changed
from ivr.check.advice.languages import unequal, unoffered
from ivr.check.advice.manners import hurried, monotonous
from ivr.check.advice.options import crowded, deep, unusual
from ivr.check.advice.wording import long_winded, mismatched, number_first
from ivr.check.attributes import unsure

ADVICE = (
    crowded,
    deep,
    unusual,
    number_first,
    mismatched,
    long_winded,
    unoffered,
    unequal,
    hurried,
    monotonous,
    unsure,
    changed,
)

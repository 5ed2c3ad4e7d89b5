-- The sandbox card system: test cards only, known by keyed hash and last four digits.
CREATE TABLE IF NOT EXISTS cards (
    card    TEXT PRIMARY KEY,               -- HMAC-SHA-256 of the number
    last4   TEXT NOT NULL,
    client  TEXT NOT NULL,
    birth   TEXT NOT NULL,                  -- HMAC of the year, month and day
    state   TEXT NOT NULL CHECK (state IN ('inactive', 'active')),
    funds   INTEGER NOT NULL                -- what one payment may be at most, in minor units
) STRICT;

CREATE TABLE IF NOT EXISTS charges (
    charge    TEXT PRIMARY KEY,             -- idempotency key: contact and attempt
    at        REAL NOT NULL,
    client    TEXT NOT NULL,
    last4     TEXT NOT NULL,
    amount    INTEGER NOT NULL,
    currency  TEXT NOT NULL,
    result    TEXT NOT NULL,
    reference TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS failures (
    at      REAL NOT NULL,
    contact TEXT NOT NULL,
    card    TEXT NOT NULL,
    caller  TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS failures_by_card ON failures (card, at);
CREATE INDEX IF NOT EXISTS failures_by_caller ON failures (caller, at);
CREATE INDEX IF NOT EXISTS failures_by_contact ON failures (contact);

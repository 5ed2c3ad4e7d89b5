-- The sandbox: test cards and invented people only, known by keyed hash and last four digits. Made anew with each
-- version of this file.
DROP TABLE IF EXISTS cards;
DROP TABLE IF EXISTS charges;
DROP TABLE IF EXISTS failures;
DROP TABLE IF EXISTS people;
DROP TABLE IF EXISTS elements;
DROP TABLE IF EXISTS cases;

CREATE TABLE people (
    person  TEXT PRIMARY KEY,
    client  TEXT NOT NULL,
    phone   TEXT NOT NULL,                  -- keyed hash
    segment TEXT NOT NULL,
    balance TEXT NOT NULL,
    due     TEXT NOT NULL
) STRICT;

CREATE INDEX people_by_phone ON people (phone);

CREATE TABLE elements (
    person TEXT NOT NULL,
    name   TEXT NOT NULL,
    value  TEXT NOT NULL,                   -- keyed hash
    PRIMARY KEY (person, name)
) STRICT;

CREATE TABLE cards (
    card    TEXT PRIMARY KEY,               -- keyed hash of the number
    last4   TEXT NOT NULL,
    person  TEXT NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('inactive', 'active', 'blocked')),
    funds   INTEGER NOT NULL,               -- what one payment may be at most, in minor units
    manner  TEXT NOT NULL                   -- what a payment with it does: ordinary, refused, late
) STRICT;

CREATE TABLE charges (
    charge    TEXT PRIMARY KEY,             -- idempotency key
    at        REAL NOT NULL,
    ready     REAL NOT NULL,                -- when its result is known
    client    TEXT NOT NULL,
    last4     TEXT NOT NULL,                -- empty for a card that is no test card
    amount    INTEGER NOT NULL,
    currency  TEXT NOT NULL,
    result    TEXT NOT NULL,
    reference TEXT NOT NULL,
    soft      INTEGER NOT NULL
) STRICT;

CREATE TABLE cases (
    key    TEXT PRIMARY KEY,                -- idempotency key
    at     REAL NOT NULL,
    client TEXT NOT NULL,
    kind   TEXT NOT NULL
) STRICT;

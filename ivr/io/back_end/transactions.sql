-- What must be remembered of transactions beyond a call, and beyond a restart. No number and no code is in it.
CREATE TABLE IF NOT EXISTS attempts (
    id      INTEGER PRIMARY KEY,
    at      REAL NOT NULL,                  -- Unix time
    contact TEXT NOT NULL,
    subject TEXT NOT NULL,                  -- keyed hash of the card, or of what stands for it
    caller  TEXT NOT NULL,                  -- keyed hash of the caller's number; empty when it is withheld
    state   TEXT NOT NULL CHECK (state IN ('asking', 'failed', 'passed'))
) STRICT;

CREATE INDEX IF NOT EXISTS attempts_by_contact ON attempts (contact);
CREATE INDEX IF NOT EXISTS attempts_by_subject ON attempts (subject, at);
CREATE INDEX IF NOT EXISTS attempts_by_caller ON attempts (caller, at);
CREATE INDEX IF NOT EXISTS attempts_by_time ON attempts (at);

CREATE TABLE IF NOT EXISTS charges (
    key       TEXT PRIMARY KEY,             -- idempotency key: contact and question
    contact   TEXT NOT NULL,
    client    TEXT NOT NULL,
    place     TEXT NOT NULL,                -- the system that was asked: no other can know the key
    amount    INTEGER NOT NULL,             -- minor units
    currency  TEXT NOT NULL,
    last4     TEXT NOT NULL,
    started   REAL NOT NULL,                -- Unix time
    state     TEXT NOT NULL,                -- open, approved, declined, locked, fraud, unavailable, absent, given_up
    reference TEXT NOT NULL DEFAULT '',
    queries   INTEGER NOT NULL DEFAULT 0,
    next_at   REAL NOT NULL,                -- when to ask again what became of it
    settled   REAL,
    token     TEXT,                         -- what the payment system calls the card by, if the client keeps it
    brand     TEXT,
    expiry    TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS charges_open ON charges (next_at) WHERE state = 'open';
CREATE INDEX IF NOT EXISTS charges_by_time ON charges (settled);

CREATE TABLE IF NOT EXISTS version (
    hash TEXT PRIMARY KEY,
    menu_set TEXT NOT NULL,
    content TEXT NOT NULL,
    sources TEXT NOT NULL,
    made_at REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS publication (
    id INTEGER PRIMARY KEY,
    menu_set TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES version (hash),
    kind TEXT NOT NULL,
    who TEXT NOT NULL,
    at REAL NOT NULL,
    effective_at REAL NOT NULL,
    note TEXT NOT NULL,
    took_effect REAL,
    turn INTEGER,
    ended TEXT,
    reason TEXT NOT NULL DEFAULT ''
);

CREATE UNIQUE INDEX IF NOT EXISTS publication_turn ON publication (menu_set, turn) WHERE turn IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS publication_pending ON publication (menu_set) WHERE turn IS NULL AND ended IS NULL;

CREATE TABLE IF NOT EXISTS seen (
    menu_set TEXT PRIMARY KEY,
    hash TEXT NOT NULL
) WITHOUT ROWID;

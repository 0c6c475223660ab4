-- Whether a passkey is the one for being forced. No list, no answer and no log tells it; supervisor and head are told.
ALTER TABLE passkey ADD COLUMN second INTEGER NOT NULL DEFAULT 0;
-- Each use of a passkey, of either sort alike.
CREATE TABLE passkey_use (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  officer TEXT NOT NULL,
  second INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_use_second ON passkey_use (seq) WHERE second = 1;
CREATE TABLE care_seen (seq INTEGER NOT NULL, officer TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (seq, officer)) STRICT, WITHOUT ROWID;

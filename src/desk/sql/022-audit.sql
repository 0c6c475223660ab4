-- What officers and scripts did at this desk, without content. Each row's hash covers the one before it.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  officer TEXT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
-- Each envelope of this desk carries in its nonce the salted hash of the log's head when it was sealed.
CREATE TABLE audit_anchor (
  -- Hash of the header.
  hash TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  salt TEXT NOT NULL
) STRICT, WITHOUT ROWID;

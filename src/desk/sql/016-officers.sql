-- Who sits at this desk, by which passkeys, until when. Nothing of it ever leaves.

ALTER TABLE officer ADD COLUMN role TEXT NOT NULL DEFAULT 'officer';
ALTER TABLE officer ADD COLUMN function TEXT NOT NULL DEFAULT '';
-- The term: before `begins` and from `until` on there is no access.
ALTER TABLE officer ADD COLUMN begins TEXT;
ALTER TABLE officer ADD COLUMN until TEXT;
-- When access was ended for good, and by whom. What the officer did stays as it is.
ALTER TABLE officer ADD COLUMN ended TEXT;
ALTER TABLE officer ADD COLUMN ended_by TEXT;
UPDATE officer SET role = 'head' WHERE id = (SELECT id FROM officer ORDER BY added, id LIMIT 1);

-- Passkeys: public keys only. A removed one keeps its row, by which what it signed can still be checked.
CREATE TABLE passkey (
  id TEXT PRIMARY KEY,
  officer TEXT NOT NULL,
  name TEXT NOT NULL,
  key BLOB NOT NULL,
  counter INTEGER NOT NULL,
  transports TEXT NOT NULL,
  added TEXT NOT NULL,
  used TEXT,
  removed TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_officer ON passkey (officer);

-- Whoever lost all passkeys: another officer asks, the head of delegation releases, and only then there is a link.
CREATE TABLE recovery (
  id TEXT PRIMARY KEY,
  officer TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked TEXT NOT NULL,
  released_by TEXT,
  released TEXT
) STRICT, WITHOUT ROWID;

-- Sessions of before were bound to nothing: they are over. Only hashes of their words are kept.
DROP TABLE session;
CREATE TABLE session (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  officer TEXT NOT NULL,
  -- The passkey that opened it; NULL for a link's.
  passkey TEXT,
  -- 1 while nothing may be done but registering a passkey.
  enrolling INTEGER NOT NULL,
  since TEXT NOT NULL,
  last TEXT NOT NULL,
  until TEXT NOT NULL,
  -- The browser as a coarse family, so that its owner knows it again.
  browser TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_officer ON session (officer);

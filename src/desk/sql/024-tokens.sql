-- Words for scripts, each for some kinds of act and some paths, until an instant. Only hashes of the words are kept.
CREATE TABLE token (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- JSON lists: kinds of act that it enters, paths that it reads.
  acts TEXT NOT NULL,
  paths TEXT NOT NULL,
  made TEXT NOT NULL,
  made_by TEXT NOT NULL,
  until TEXT NOT NULL,
  ended TEXT
) STRICT, WITHOUT ROWID;

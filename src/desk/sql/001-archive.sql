-- One delegation's archive. Opens with any SQLite tool. Nothing that was entered is changed or deleted, except a text
-- that its owner erases (with its salt) and the working columns named at their tables. The desk's keys are not in here.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Every envelope addressed to this desk, its own and the public ones among them, in the register's order.
CREATE TABLE envelope (
  "index" INTEGER PRIMARY KEY,
  line TEXT NOT NULL,
  place INTEGER NOT NULL,
  sender TEXT NOT NULL,
  serial INTEGER NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  header TEXT NOT NULL,
  stamp TEXT NOT NULL,
  head TEXT NOT NULL,
  at TEXT NOT NULL,
  precedence TEXT NOT NULL,
  -- How far the sender held the line; 0 where what it said of that does not fit this line.
  seen INTEGER NOT NULL,
  -- Salt and bytes of the act once opened; NULL for what could not be opened, with the sealed body kept as evidence.
  salt BLOB,
  act BLOB,
  sealed BLOB,
  -- What is wrong with it and whose fault that is, in a code; NULL for nothing.
  fault TEXT,
  UNIQUE (line, place)
) STRICT;
CREATE INDEX envelope_seen ON envelope (line, sender, seen);
CREATE INDEX envelope_chain ON envelope (line, sender, place);

-- The records of opened acts: one row, or one for each record of a list.
CREATE TABLE record (
  "index" INTEGER NOT NULL REFERENCES envelope ("index"),
  number INTEGER NOT NULL,
  kind TEXT NOT NULL,
  line TEXT NOT NULL,
  matter TEXT NOT NULL,
  -- JSON as its author wrote it, and for a record of a list the salt under which the act names it.
  fields TEXT NOT NULL,
  salt BLOB,
  -- NULL while taken into account; otherwise the code of the reason why not.
  refused TEXT,
  PRIMARY KEY ("index", number)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_matter ON record (matter, "index");

-- Free texts by their salted hash. Erasing one is deleting its row.
CREATE TABLE text (hash TEXT PRIMARY KEY, salt BLOB NOT NULL, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Folded state of each matter on each line, with the index that it was folded to. Derived: `iod desk rebuild` makes it
-- again from the envelopes.
CREATE TABLE matter (
  line TEXT NOT NULL,
  id TEXT NOT NULL,
  office TEXT NOT NULL,
  state TEXT NOT NULL,
  opened INTEGER NOT NULL,
  folded INTEGER NOT NULL,
  -- When a clock next has something to say of it.
  due TEXT,
  PRIMARY KEY (line, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX matter_due ON matter (due) WHERE due IS NOT NULL;
CREATE INDEX matter_office ON matter (office, opened);
CREATE INDEX matter_line ON matter (line, office, opened);

-- Lines as this desk holds them: how far, with which head.
CREATE TABLE line (
  id TEXT PRIMARY KEY,
  members TEXT NOT NULL,
  place INTEGER NOT NULL,
  head TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Acts on their way out. `header` and `body` are set once, before the first byte leaves, and stay until a stamp or a
-- final refusal answers exactly them.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  line TEXT NOT NULL,
  members TEXT NOT NULL,
  precedence INTEGER NOT NULL,
  act BLOB NOT NULL,
  texts BLOB NOT NULL,
  -- One word of whoever handed it in, so that a repeated request is one act.
  token TEXT UNIQUE,
  officer TEXT,
  submitted TEXT NOT NULL,
  serial INTEGER,
  hash TEXT,
  header TEXT,
  body BLOB,
  salt BLOB,
  -- filing (its files go first), waiting, sealed, stamped, refused
  state TEXT NOT NULL,
  refused TEXT
) STRICT;
-- All that choosing what goes next has to read: the rows themselves are as large as their texts.
CREATE INDEX outbox_open ON outbox (state, line, precedence, id) WHERE state IN ('waiting', 'sealed');
CREATE INDEX outbox_shown ON outbox (id) WHERE state <> 'stamped';
CREATE INDEX outbox_hash ON outbox (hash) WHERE hash IS NOT NULL;
CREATE INDEX outbox_chain ON outbox (line, serial) WHERE state = 'stamped';

-- Final refusals by the registry: with a stamp of the same header they convict it.
CREATE TABLE refusal (hash TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- Checkpoints that this desk verified, each consistent with the one before.
CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY,
  root TEXT NOT NULL,
  note TEXT NOT NULL,
  -- The witnesses' time at which the quorum held.
  witnessed TEXT NOT NULL
) STRICT;

-- Inclusion of an envelope in the first witnessed checkpoint that covers it.
CREATE TABLE proof (
  "index" INTEGER PRIMARY KEY REFERENCES envelope ("index"),
  size INTEGER NOT NULL REFERENCES checkpoint (size),
  hashes BLOB NOT NULL
) STRICT;

-- What this desk caught somebody at; the bytes themselves are a file of the same name in `evidence/`.
CREATE TABLE evidence (
  id TEXT PRIMARY KEY,
  at TEXT NOT NULL,
  -- author or registry
  whose TEXT NOT NULL,
  code TEXT NOT NULL,
  line TEXT,
  place INTEGER,
  resumed TEXT
) STRICT, WITHOUT ROWID;

-- What an author signed and the registry entered where it cannot be: shown as unproven, folded into nothing.
CREATE TABLE unproven (
  hash TEXT PRIMARY KEY,
  at TEXT NOT NULL,
  line TEXT NOT NULL,
  sender TEXT NOT NULL,
  precedence TEXT NOT NULL,
  act TEXT NOT NULL,
  texts TEXT NOT NULL,
  code TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The desk's own notes on a matter; they never leave it.
CREATE TABLE mark (
  line TEXT NOT NULL,
  matter TEXT NOT NULL,
  opened TEXT,
  opened_by TEXT,
  reported INTEGER NOT NULL DEFAULT 0,
  held_by TEXT,
  held_at TEXT,
  PRIMARY KEY (line, matter)
) STRICT, WITHOUT ROWID;

CREATE TABLE officer (id TEXT PRIMARY KEY, name TEXT NOT NULL, added TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- Only hashes of link words and of session words are kept.
CREATE TABLE link (hash TEXT PRIMARY KEY, officer TEXT NOT NULL, until TEXT NOT NULL, used TEXT) STRICT, WITHOUT ROWID;
CREATE TABLE session (hash TEXT PRIMARY KEY, officer TEXT NOT NULL, since TEXT NOT NULL, last TEXT NOT NULL) STRICT, WITHOUT ROWID;

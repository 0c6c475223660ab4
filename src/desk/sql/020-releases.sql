-- Acts that wait for a second officer. Who wrote and who released never leaves this desk.
CREATE TABLE held_act (
  id TEXT PRIMARY KEY,
  at TEXT NOT NULL,
  officer TEXT NOT NULL,
  act TEXT NOT NULL,
  line TEXT NOT NULL,
  token TEXT UNIQUE,
  -- What is released, as exactly these bytes: form, id, who wrote it and when, and the request to the door.
  words TEXT NOT NULL,
  -- waiting, released, returned, withdrawn
  state TEXT NOT NULL,
  decided_by TEXT,
  decided TEXT,
  note TEXT,
  -- The passkey that signed the hash of the words, and what it signed (WebAuthn, JSON); NULL for an exercise's session.
  passkey TEXT,
  assertion TEXT,
  outbox INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX held_act_state ON held_act (state, at);

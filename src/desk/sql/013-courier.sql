-- What travels by courier when there is no network.

-- When an envelope was written to a courier's file, while no stamp has answered it.
ALTER TABLE outbox ADD COLUMN carried TEXT;
-- For a courier several envelopes of a line are sealed before the first is answered; they leave in the order of serials.
CREATE INDEX outbox_sealed ON outbox (line, serial, precedence, turn) WHERE state = 'sealed';

-- Envelopes that a courier brought from their author without the registry's stamp: shown apart, folded into nothing.
CREATE TABLE unstamped (
  hash TEXT PRIMARY KEY,
  line TEXT NOT NULL,
  sender TEXT NOT NULL,
  serial INTEGER NOT NULL,
  precedence TEXT NOT NULL,
  signed TEXT NOT NULL,
  -- When the courier's file was taken in.
  came TEXT NOT NULL,
  act TEXT NOT NULL,
  texts TEXT NOT NULL,
  -- Why it says nothing that could count, in a code; NULL for nothing.
  fault TEXT,
  -- Whether its author gave the registry's stamp along: its place and time are then known, though not yet held to be.
  stamp TEXT,
  -- Who has read it, and when: it rings until then.
  read_by TEXT,
  read_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX unstamped_came ON unstamped (came);

-- The stamped envelope takes its place, and nothing of the copy stays.
CREATE TRIGGER unstamped_entered AFTER INSERT ON envelope BEGIN
  DELETE FROM unstamped WHERE hash = new.hash;
END;

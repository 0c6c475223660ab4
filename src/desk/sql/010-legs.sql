-- What the secretariat's desk passes on: the second leg of each relay, one row for each addressee.
CREATE TABLE leg (
  id INTEGER PRIMARY KEY,
  -- The request: line and matter of its author.
  line TEXT NOT NULL,
  matter TEXT NOT NULL,
  addressee TEXT NOT NULL,
  -- The new act: the line with the addressee, and a matter that nothing but this row ties to the request.
  there TEXT NOT NULL,
  anew TEXT NOT NULL UNIQUE,
  -- When it may be handed in: words that leave no trace wait for a later slot than the one that brought them.
  due TEXT NOT NULL,
  -- waiting, handed, dispatched, refused, cancelled
  state TEXT NOT NULL,
  -- Why the door did not take it.
  refused TEXT,
  -- Who passed it on; NULL where the desk did by itself.
  officer TEXT,
  UNIQUE (line, matter, addressee)
) STRICT;
CREATE INDEX leg_open ON leg (state, due) WHERE state IN ('waiting', 'handed');
CREATE INDEX leg_there ON leg (there, anew);

-- Answers that an addressee released and that went back to the author, by the record that released them.
CREATE TABLE answer_carried (
  "index" INTEGER NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY ("index", number)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_released ON record ("index") WHERE kind = 'relay.answer-released' AND refused IS NULL;

-- Requests that still wait for the secretariat; emergency stops that nobody ended.
CREATE INDEX matter_relay ON matter (opened) WHERE office = 'message' AND state->>'$.relay.open' = 1;
CREATE INDEX matter_stop ON matter (opened)
  WHERE office = 'message' AND state->>'$.form' = 'emergency-stop' AND state->>'$.recalled' IS NULL;

-- What a member sealed again waits here until all parts of it are there and it is worked in where it first stood: after
-- the act that brought it is on disk, so that a crash between the two loses nothing.
CREATE TABLE late (
  -- Of the act that brought it.
  "index" INTEGER PRIMARY KEY REFERENCES envelope ("index"),
  line TEXT NOT NULL,
  place INTEGER NOT NULL,
  sender TEXT NOT NULL,
  part INTEGER NOT NULL,
  parts INTEGER NOT NULL,
  -- Header and stamp of the first envelope, where this desk may lack them.
  header TEXT,
  stamp TEXT,
  -- Salt, act and texts of the first body.
  body BLOB NOT NULL
) STRICT;
CREATE INDEX late_place ON late (line, place);

-- Lines on which something was worked in and that are to be folded again.
CREATE TABLE refold (line TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE INDEX envelope_unopened ON envelope (line, place) WHERE act IS NULL;
CREATE INDEX matter_unopenable ON matter (line, id) WHERE office = 'envelope' AND state ->> 'open' = 1;
CREATE INDEX record_unopenable ON record (line) WHERE kind = 'line.unopenable';

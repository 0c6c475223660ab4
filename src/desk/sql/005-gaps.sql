-- What waits for two officers to resume keeps its bytes, so that it can be taken in behind a gap: its place in the
-- line, header and stamp, and the body as it was opened or, where it did not open, as it came.
ALTER TABLE unproven ADD COLUMN "index" INTEGER;
ALTER TABLE unproven ADD COLUMN place INTEGER;
ALTER TABLE unproven ADD COLUMN head TEXT;
ALTER TABLE unproven ADD COLUMN members TEXT;
ALTER TABLE unproven ADD COLUMN header TEXT;
ALTER TABLE unproven ADD COLUMN stamp TEXT;
ALTER TABLE unproven ADD COLUMN opened BLOB;
ALTER TABLE unproven ADD COLUMN sealed BLOB;
ALTER TABLE unproven ADD COLUMN fault TEXT;
-- Whether it follows the one that waits before it on its line; 0 for what convicted the registry.
ALTER TABLE unproven ADD COLUMN follows INTEGER NOT NULL DEFAULT 0;
-- 1 while its line stands still for it; 0 once it is known that it can never be taken in.
ALTER TABLE unproven ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;
CREATE INDEX unproven_waiting ON unproven (line, "index") WHERE waits = 1;

-- Where a line goes on although the registry's word does not follow: two officers resumed.
CREATE TABLE gap (
  line TEXT NOT NULL,
  -- The last place that follows, and the first after the gap.
  after INTEGER NOT NULL,
  until INTEGER NOT NULL,
  code TEXT NOT NULL,
  at TEXT NOT NULL,
  -- 1 where places between them are missing, or the head is another; 0 where another word of the stamp did not fit.
  missing INTEGER NOT NULL,
  PRIMARY KEY (line, after, until)
) STRICT, WITHOUT ROWID;

-- The act by which a member sealed again what did not open where it stood: its index. Salt and act came with it.
ALTER TABLE envelope ADD COLUMN resealed INTEGER;

-- Free texts as an envelope brought them, in its body's order: only these are ever sealed again with it.
CREATE TABLE brought (
  "index" INTEGER NOT NULL REFERENCES envelope ("index"),
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY ("index", number)
) STRICT, WITHOUT ROWID;

-- Files that officers attach while they write, sealed as they come in: `files/<id>.part`, once whole `files/<hash>`. A
-- file that no act has taken within a day is deleted with its row.
CREATE TABLE upload (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  -- Secret: who can open the file, and the key under which its chunks are sealed.
  identity TEXT NOT NULL,
  head BLOB NOT NULL,
  key BLOB NOT NULL,
  begun TEXT NOT NULL,
  -- Hash of the sealed file once it is whole and on disk.
  hash TEXT
) STRICT, WITHOUT ROWID;

-- Sealed files that acts name: on their way out with an act of the outbox, or named by an envelope of the archive. What
-- they hold lies in `files/<hash>`; who may open it stands in the texts.
CREATE TABLE file (
  line TEXT NOT NULL,
  hash TEXT NOT NULL,
  length INTEGER NOT NULL,
  -- The act that waits for it to be at the registry.
  outbox INTEGER,
  -- The first envelope that names it.
  "index" INTEGER,
  -- leaving, sent; awaited, held, taken; gone, false, refused
  state TEXT NOT NULL,
  -- Bytes that the registry has of one that is leaving.
  done INTEGER NOT NULL DEFAULT 0,
  -- How often what was handed out did not fit the hash.
  misfits INTEGER NOT NULL DEFAULT 0,
  -- Why it does not go on now, in a code.
  waits TEXT,
  PRIMARY KEY (line, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_under_way ON file (state) WHERE state IN ('leaving', 'awaited', 'held');
CREATE INDEX file_outbox ON file (outbox) WHERE outbox IS NOT NULL;

-- Words that passed beyond their line.

-- Releases that this desk verified, the first of each author and id. The words are in `text` under `words`, with the salt
-- under which their author signed them.
CREATE TABLE release (
  author TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  at TEXT NOT NULL,
  words TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY (author, id)
) STRICT, WITHOUT ROWID;

-- Which records carried them: the same words brought twice are the same words.
CREATE TABLE carried (
  "index" INTEGER NOT NULL REFERENCES envelope ("index"),
  number INTEGER NOT NULL,
  author TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY ("index", number)
) STRICT, WITHOUT ROWID;
CREATE INDEX carried_release ON carried (author, id);

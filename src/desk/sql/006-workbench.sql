-- What officers keep at their own desk while they work. Nothing of it ever leaves.

-- What an officer has begun to write: the form as JSON.
CREATE TABLE draft (
  id TEXT PRIMARY KEY,
  officer TEXT NOT NULL,
  form TEXT NOT NULL,
  at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX draft_officer ON draft (officer, at);

-- A machine's translation of a message, as an aid to who reads it here: on a line it would pass for somebody's words.
CREATE TABLE aid (
  line TEXT NOT NULL,
  matter TEXT NOT NULL,
  language TEXT NOT NULL,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  officer TEXT NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (line, matter, language)
) STRICT, WITHOUT ROWID;

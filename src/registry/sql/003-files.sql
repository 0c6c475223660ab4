-- Sealed files on their way between the members of a line. The registry knows a file's hash, length, line and author, and
-- nothing of what it holds. Pieces go when every other member has taken the file, at the latest after 30 days; the row
-- stays a while, so that whoever asks is told that it is gone. Instants come from the registry's clock.
CREATE TABLE file (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  line text NOT NULL REFERENCES line (id),
  hash text NOT NULL,
  sender text NOT NULL,
  length bigint NOT NULL,
  -- Bytes that are here, from the first one on.
  received bigint NOT NULL DEFAULT 0,
  touched text NOT NULL,
  -- When the last byte was here and the hash held.
  complete text,
  -- Members whose desks hold the file.
  taken text[] NOT NULL DEFAULT '{}',
  gone text
);
CREATE UNIQUE INDEX file_name ON file (line, hash, sender);
CREATE INDEX file_held ON file (sender) WHERE gone IS NULL;

CREATE TABLE piece (
  file bigint NOT NULL REFERENCES file (number) ON DELETE CASCADE,
  at bigint NOT NULL,
  bytes bytea STORAGE EXTERNAL NOT NULL,
  PRIMARY KEY (file, at)
);

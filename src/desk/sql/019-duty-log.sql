-- Lines that officers typed into the watch log. A line is corrected by another one and never changed; nothing of the log
-- leaves the desk. What happened by itself is not here: it is read from the record.
CREATE TABLE duty_line (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  officer TEXT NOT NULL,
  text TEXT NOT NULL,
  -- Of a telephone call that belongs to no line: JSON (offices/joins/duty.ts).
  call TEXT,
  corrects INTEGER REFERENCES duty_line (id),
  token TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX duty_line_at ON duty_line (at);
CREATE INDEX duty_line_corrects ON duty_line (corrects) WHERE corrects IS NOT NULL;
CREATE TRIGGER duty_line_stays BEFORE UPDATE ON duty_line BEGIN SELECT raise(ABORT, 'a line of the watch log is never changed'); END;
CREATE TRIGGER duty_line_kept BEFORE DELETE ON duty_line BEGIN SELECT raise(ABORT, 'a line of the watch log is never deleted'); END;

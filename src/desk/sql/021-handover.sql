-- Who is called for what and in which order, and who had the watch when. Nothing of it ever leaves the desk.
CREATE TABLE duty_roster (
  officer TEXT PRIMARY KEY,
  -- Names of the list in offices/joins/duty.ts, and languages, between spaces.
  expertise TEXT NOT NULL,
  languages TEXT NOT NULL,
  -- Place in the call-out; NULL for who is not called.
  place INTEGER,
  reach TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One hand-over of the watch: signed off by one officer, taken by another. The latest alone can be taken.
CREATE TABLE duty_handover (
  id INTEGER PRIMARY KEY,
  officer TEXT NOT NULL,
  at TEXT NOT NULL,
  notes TEXT NOT NULL,
  -- Why another than who has the watch signs it off.
  because TEXT,
  -- What was open then: JSON without a text of any message, which must stay erasable.
  items TEXT NOT NULL,
  taken_by TEXT,
  taken TEXT,
  -- What was open when it was taken.
  taken_items TEXT
) STRICT;
CREATE INDEX duty_handover_taken ON duty_handover (taken) WHERE taken IS NOT NULL;
CREATE TRIGGER duty_handover_stays BEFORE UPDATE ON duty_handover
  WHEN old.taken IS NOT NULL OR (new.officer, new.at, new.notes, new.because, new.items)
    IS NOT (old.officer, old.at, old.notes, old.because, old.items)
  BEGIN SELECT raise(ABORT, 'a hand-over is never changed'); END;
CREATE TRIGGER duty_handover_kept BEFORE DELETE ON duty_handover
  BEGIN SELECT raise(ABORT, 'a hand-over is never deleted'); END;

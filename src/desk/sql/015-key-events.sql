-- Public acts on this delegation's participation or keys that this desk did not make: they call every officer.
CREATE TABLE key_event (
  "index" INTEGER PRIMARY KEY REFERENCES envelope ("index"),
  act TEXT NOT NULL,
  sender TEXT NOT NULL,
  -- Which officer has looked at it, and when: until then it stands on every screen.
  seen_by TEXT,
  seen_at TEXT
) STRICT;

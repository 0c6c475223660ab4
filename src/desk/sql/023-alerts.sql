-- Alerts that left this desk, and tests of them: when, by which channel, and why one failed. They say nothing but that
-- something waits and since when.
CREATE TABLE duty_alert (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  channel TEXT NOT NULL,
  -- 1 where an officer tried it.
  test INTEGER NOT NULL,
  -- One of the codes in offices/joins/alert.ts; NULL where it went out.
  failed TEXT
) STRICT;
CREATE INDEX duty_alert_channel ON duty_alert (channel, test, id);
CREATE INDEX duty_alert_at ON duty_alert (at);

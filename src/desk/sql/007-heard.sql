-- In which quarters of which hours each member was heard on each line: one bit for each quarter of an hour by the
-- stamps' instants, 48 before noon (UTC) and 48 after. Derived from the envelopes by the trigger alone.
CREATE TABLE heard (
  day TEXT NOT NULL,
  line TEXT NOT NULL,
  sender TEXT NOT NULL,
  am INTEGER NOT NULL,
  pm INTEGER NOT NULL,
  PRIMARY KEY (day, line, sender)
) STRICT, WITHOUT ROWID;

CREATE VIEW envelope_quarter AS
  SELECT "index", substr(at, 1, 10) AS day, line, sender,
    CAST(substr(at, 12, 2) AS INTEGER) * 4 + CAST(substr(at, 15, 2) AS INTEGER) / 15 AS quarter
  FROM envelope WHERE line NOT LIKE '00000000000000000000000000000000000000000000000000000000000000%';

INSERT INTO heard
  SELECT day, line, sender, 0, 0 FROM envelope_quarter WHERE true GROUP BY day, line, sender;
CREATE TEMP TABLE quarters AS SELECT DISTINCT day, line, sender, quarter FROM envelope_quarter;
UPDATE heard SET
  am = coalesce((SELECT sum(1 << q.quarter) FROM quarters q
    WHERE q.day = heard.day AND q.line = heard.line AND q.sender = heard.sender AND q.quarter < 48), 0),
  pm = coalesce((SELECT sum(1 << (q.quarter - 48)) FROM quarters q
    WHERE q.day = heard.day AND q.line = heard.line AND q.sender = heard.sender AND q.quarter >= 48), 0);
DROP TABLE quarters;

CREATE TRIGGER envelope_heard AFTER INSERT ON envelope BEGIN
  INSERT INTO heard
    SELECT day, line, sender, CASE WHEN quarter < 48 THEN 1 << quarter ELSE 0 END,
      CASE WHEN quarter >= 48 THEN 1 << (quarter - 48) ELSE 0 END
    FROM envelope_quarter WHERE "index" = new."index"
    ON CONFLICT (day, line, sender) DO UPDATE SET am = am | excluded.am, pm = pm | excluded.pm;
END;

CREATE INDEX envelope_at ON envelope (at);

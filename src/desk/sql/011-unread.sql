-- Messages of others that no officer of this desk has opened: derived from `matter` and `mark` by the triggers alone.
-- Counting them costs what is unread and not what was ever said.
CREATE TABLE unread (line TEXT NOT NULL, matter TEXT NOT NULL, PRIMARY KEY (line, matter)) STRICT, WITHOUT ROWID;

-- Whose archive this is. One that holds no envelope of its own holds no message either.
INSERT OR IGNORE INTO meta
  SELECT 'delegation', e.sender FROM outbox o JOIN envelope e ON e.hash = o.hash LIMIT 1;

INSERT INTO unread
  SELECT m.line, m.id FROM matter m JOIN envelope e ON e."index" = m.opened
  WHERE m.office = 'message' AND e.sender <> (SELECT value FROM meta WHERE key = 'delegation')
    AND NOT EXISTS (SELECT 1 FROM mark k WHERE k.line = m.line AND k.matter = m.id AND k.opened IS NOT NULL);

CREATE TRIGGER matter_unread AFTER INSERT ON matter WHEN new.office = 'message' BEGIN
  INSERT INTO unread SELECT new.line, new.id FROM envelope
    WHERE "index" = new.opened AND sender <> (SELECT value FROM meta WHERE key = 'delegation')
      AND NOT EXISTS (SELECT 1 FROM mark WHERE line = new.line AND matter = new.id AND opened IS NOT NULL);
END;
CREATE TRIGGER matter_gone AFTER DELETE ON matter WHEN old.office = 'message' BEGIN
  DELETE FROM unread WHERE line = old.line AND matter = old.id;
END;
CREATE TRIGGER mark_opened AFTER UPDATE OF opened ON mark WHEN new.opened IS NOT NULL BEGIN
  DELETE FROM unread WHERE line = new.line AND matter = new.matter;
END;

-- Who is awaited is counted by the index alone.
DROP INDEX matter_awaited;
CREATE INDEX matter_awaited ON matter (line, opened, awaited) WHERE awaited IS NOT NULL;

-- What is due is looked at once, and again where it was folded since: both by the index alone.
DROP INDEX matter_due;
CREATE INDEX matter_due ON matter (due, folded) WHERE due IS NOT NULL;

-- Acts that leave in slots, and what the outbox keeps of an envelope until the others hold it too.

-- When an act leaves: at-once, or as its line's envelope of a slot. `turn` is the order in which acts leave; one that
-- waits for its slot has none yet.
ALTER TABLE outbox ADD COLUMN leaves TEXT NOT NULL DEFAULT 'at-once';
ALTER TABLE outbox ADD COLUMN turn INTEGER;
UPDATE outbox SET turn = id;
CREATE UNIQUE INDEX outbox_turn ON outbox (turn);
DROP INDEX outbox_open;
CREATE INDEX outbox_open ON outbox (state, line, precedence, turn) WHERE state IN ('waiting', 'sealed') AND turn IS NOT NULL;
CREATE INDEX outbox_slots ON outbox (line, id) WHERE state = 'waiting' AND leaves = 'slot';

-- The stamp that answered an envelope, with the index in it. A registry that lost both before it delivered them has
-- them from here alone, so they stay, with `body`, until every member has said that it holds the line so far.
ALTER TABLE outbox ADD COLUMN stamp TEXT;
ALTER TABLE outbox ADD COLUMN "index" INTEGER;
CREATE INDEX outbox_kept ON outbox (line, serial) WHERE state = 'stamped' AND body IS NOT NULL;
CREATE INDEX outbox_index ON outbox ("index") WHERE stamp IS NOT NULL;

-- What can be handed back to a registry that lost it: all that came by mail, and what was stamped and did not.
CREATE VIEW returnable AS
  SELECT e."index", e.header, e.stamp, e.salt, e.act, coalesce(e.sealed, o.body) AS sealed
  FROM envelope e LEFT JOIN outbox o ON o.hash = e.hash
  UNION ALL
  SELECT o."index", o.header, o.stamp, NULL, NULL, o.body FROM outbox o
  WHERE o.stamp IS NOT NULL AND NOT EXISTS (SELECT 1 FROM envelope e WHERE e.hash = o.hash);

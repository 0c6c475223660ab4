-- Who has still to answer a matter, as names between spaces; NULL where nobody has. Derived with the state.
ALTER TABLE matter ADD COLUMN awaited TEXT;
CREATE INDEX matter_awaited ON matter (line, opened) WHERE awaited IS NOT NULL;

-- The second before which no quorum can have stood behind a larger register, however it is chosen: what a stamp may be
-- held against. Null where that is not known, then nothing is held against anybody.
ALTER TABLE checkpoint ADD COLUMN floor TEXT;

-- What the registry accepted, in the register's order. Rows are added and never changed; only bodies go (003 of the
-- records policy: when every member has taken them in, at the latest after 30 days). Instants come from the registry's
-- clock, never from the database.
CREATE TABLE envelope (
  index bigint PRIMARY KEY,
  line text NOT NULL,
  place bigint NOT NULL,
  sender text NOT NULL,
  serial bigint NOT NULL,
  hash text NOT NULL,
  header text STORAGE EXTERNAL NOT NULL,
  stamp text STORAGE EXTERNAL NOT NULL,
  head text NOT NULL,
  entry bytea NOT NULL,
  seen bigint NOT NULL,
  members text[] NOT NULL
);

CREATE UNIQUE INDEX envelope_hash ON envelope (hash);
CREATE UNIQUE INDEX envelope_place ON envelope (line, place);
CREATE UNIQUE INDEX envelope_serial ON envelope (line, sender, serial);

CREATE TABLE body (
  index bigint PRIMARY KEY REFERENCES envelope (index),
  bytes bytea STORAGE EXTERNAL NOT NULL
);

-- Lines with their members, so that a desk's mail is found without reading what is not its own.
CREATE TABLE line (
  id text PRIMARY KEY,
  members text[] NOT NULL
);

-- Tiles of the register's tree. Level 0 holds full tiles only (its right edge is the entries); higher levels are
-- replaced as they grow.
CREATE TABLE tile (
  level integer NOT NULL,
  number bigint NOT NULL,
  hashes bytea STORAGE EXTERNAL NOT NULL,
  PRIMARY KEY (level, number)
);

-- Every checkpoint that was published, with the cosignatures that it had then.
CREATE TABLE checkpoint (
  size bigint PRIMARY KEY,
  note text NOT NULL,
  witnessed boolean NOT NULL
);

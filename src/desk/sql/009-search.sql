-- What can be looked for in the archive. Derived: filled with what is folded, made again by `iod desk rebuild`.

-- The keys of the words of each text of a record, in the order of the text (src/offices/joins/spelling.ts). `id` is the
-- envelope's index * 512 + the record's number in it, so that its order is the register's.
CREATE TABLE search (
  id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  hash TEXT NOT NULL,
  keys TEXT NOT NULL,
  PRIMARY KEY (id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_hash ON search (hash);

-- What a search can be narrowed to, as words beside the others: the index answers it alone, and envelope rows are large.
CREATE VIEW search_facets AS
  SELECT "index", 'line' || line || ' by' || hex(sender) || ' of' || precedence AS facets FROM envelope;

-- A record as the index knows it. U+E000 stands between two texts, where no phrase goes on.
CREATE VIEW search_record AS
  SELECT s.id, group_concat(s.keys, ' ' || char(57344) || ' ' ORDER BY s.position) AS keys, f.facets
  FROM search s JOIN search_facets f ON f."index" = s.id / 512 GROUP BY s.id;

CREATE VIRTUAL TABLE search_words USING fts5
  (keys, facets, content = 'search_record', content_rowid = 'id', tokenize = 'ascii', prefix = '1 2');
INSERT INTO search_words (search_words, rank) VALUES ('rank', 'bm25(1.0, 0.0)');
-- An erased text leaves the index at once, not when its parts are next merged.
INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1);

-- Erasing a text is deleting its row: what remains of its records is put in again without it.
CREATE TRIGGER search_erased AFTER DELETE ON text BEGIN
  INSERT INTO search_words (search_words, rowid, keys, facets)
    SELECT 'delete', s.id, group_concat(s.keys, ' ' || char(57344) || ' ' ORDER BY s.position), f.facets
    FROM search s JOIN search_facets f ON f."index" = s.id / 512
    WHERE s.id IN (SELECT id FROM search WHERE hash = old.hash) GROUP BY s.id;
  INSERT INTO search_words (rowid, keys, facets)
    SELECT s.id, group_concat(s.keys, ' ' || char(57344) || ' ' ORDER BY s.position), f.facets
    FROM search s JOIN search_facets f ON f."index" = s.id / 512
    WHERE s.id IN (SELECT id FROM search WHERE hash = old.hash) AND s.hash <> old.hash GROUP BY s.id;
  DELETE FROM search WHERE hash = old.hash;
END;

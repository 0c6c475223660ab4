-- A row stands here from a restore until a quorum of witnesses has cosigned the tree as it then is. Until that, what was
-- restored may be shorter than what was once witnessed, and nothing is taken in.
CREATE TABLE restored (
  size bigint NOT NULL
);

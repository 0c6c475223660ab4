-- Messages that ask for a reply by an instant: what this delegation promised is found by the index alone.
CREATE INDEX matter_reply_by ON matter (line, opened)
  WHERE office = 'message' AND state->>'$.replyBy' IS NOT NULL;

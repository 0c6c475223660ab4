-- A session is bound to a second word that its page keeps and the cookie does not hold. Those of before had none.
DELETE FROM session;
-- Hashes of the page's word: the one in force, the one that was offered to follow, the one before; and since when.
ALTER TABLE session ADD COLUMN page TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN page_next TEXT;
ALTER TABLE session ADD COLUMN page_before TEXT;
ALTER TABLE session ADD COLUMN page_turned TEXT NOT NULL DEFAULT '';
-- What the following word is made from, with the one in force.
ALTER TABLE session ADD COLUMN page_key BLOB;
-- Set while its screen is locked: nothing is answered until its officer shows a passkey.
ALTER TABLE session ADD COLUMN locked TEXT;

-- Where the visitor goes once signed in.
ALTER TABLE verifications ADD COLUMN return_to TEXT;

-- What a session is known by to its owner; unknown for those from before.
ALTER TABLE sessions ADD COLUMN browser TEXT;
ALTER TABLE sessions ADD COLUMN system TEXT;
ALTER TABLE sessions ADD COLUMN address TEXT;

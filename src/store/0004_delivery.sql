-- The channels of the request that runs at the provider, in order, and how many of them have been taken.
ALTER TABLE verifications ADD COLUMN steps TEXT NOT NULL DEFAULT 'sms';
ALTER TABLE verifications ADD COLUMN taken BIGINT NOT NULL DEFAULT 1;

-- How many messages were asked for in this attempt, and when the first was.
ALTER TABLE verifications ADD COLUMN sends BIGINT NOT NULL DEFAULT 0;
ALTER TABLE verifications ADD COLUMN first_sent_at BIGINT NOT NULL DEFAULT 0;

-- When the provider lets go of the number by itself.
ALTER TABLE verifications ADD COLUMN locked_until BIGINT NOT NULL DEFAULT 0;

-- Why the newest message will not arrive, by the provider's callbacks; and what else the visitor is to be told.
ALTER TABLE verifications ADD COLUMN trouble TEXT;
ALTER TABLE verifications ADD COLUMN note TEXT;

-- A message that was asked for and is not sent yet: by which channel, what is to be done next, when, and how often
-- it was tried.
ALTER TABLE verifications ADD COLUMN resend_channel TEXT;
ALTER TABLE verifications ADD COLUMN next_move TEXT;
ALTER TABLE verifications ADD COLUMN move_at BIGINT;
ALTER TABLE verifications ADD COLUMN moves BIGINT NOT NULL DEFAULT 0;

-- Keyed hash of a code whose check got no answer.
ALTER TABLE verifications ADD COLUMN unanswered TEXT;

UPDATE verifications SET first_sent_at = created_at, locked_until = expires_at;

DROP INDEX verifications_running;
CREATE UNIQUE INDEX verifications_running ON verifications (browser_hash)
    WHERE state IN ('starting', 'sent', 'in_doubt', 'resending');
CREATE INDEX verifications_move ON verifications (move_at) WHERE move_at IS NOT NULL;
CREATE INDEX verifications_request ON verifications (request_id) WHERE request_id IS NOT NULL;

-- What the guard counts: each row is one window of one key.
CREATE TABLE guard_counters (
    -- What is counted and of whom: 'number HASH', 'total'. Numbers and addresses by keyed hash.
    key        TEXT   NOT NULL,
    -- Length of the window. It starts with the first that it counts.
    span       BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    count      BIGINT NOT NULL,
    -- From here on it is looked at before more is counted; if strict, no more can be.
    most       BIGINT NOT NULL,
    strict     BIGINT NOT NULL,
    -- The wait after wrong codes.
    not_before BIGINT NOT NULL DEFAULT 0,
    -- The masked number, where an operator may have to unlock it.
    label      TEXT,
    PRIMARY KEY (key, span),
    -- Two sends at once cannot both be the last one allowed: the statement that counts too far fails as a whole.
    CHECK (strict = 0 OR count <= most)
)
-- on SQLite: WITHOUT ROWID
;

-- The one visitor at each address who waits for a turn past the unverified budget.
CREATE TABLE guard_tickets (
    address_hash TEXT   PRIMARY KEY,
    phone_hash   TEXT   NOT NULL,
    browser_hash TEXT   NOT NULL,
    ready_at     BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
)
-- on SQLite: WITHOUT ROWID
;

-- Verified sends by the number's country and the day, counted from 1970-01-01 UTC.
CREATE TABLE verified_days (
    country  TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    verified BIGINT NOT NULL,
    PRIMARY KEY (country, day)
)
-- on SQLite: WITHOUT ROWID
;

-- Which browser a number has signed in with: one keyed hash of both.
CREATE TABLE known_browsers (
    hash       TEXT   PRIMARY KEY,
    phone_hash TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
)
-- on SQLite: WITHOUT ROWID
;

CREATE INDEX known_browsers_expiry ON known_browsers (expires_at);

-- Where a code went and who asked for it; `counted` once it is known how it ended.
ALTER TABLE verifications ADD COLUMN country      TEXT   NOT NULL DEFAULT '';
ALTER TABLE verifications ADD COLUMN address_hash TEXT   NOT NULL DEFAULT '';
ALTER TABLE verifications ADD COLUMN known        BIGINT NOT NULL DEFAULT 0;
ALTER TABLE verifications ADD COLUMN ticket       BIGINT NOT NULL DEFAULT 0;
ALTER TABLE verifications ADD COLUMN counted      BIGINT NOT NULL DEFAULT 0;

DROP INDEX verifications_expiry;
CREATE INDEX verifications_due ON verifications (counted, expires_at);

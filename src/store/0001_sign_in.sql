-- Times are milliseconds since 1970-01-01 UTC. Hashes and tokens are base64.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One row per attempt to sign in.
CREATE TABLE verifications (
    attempt_id    TEXT   PRIMARY KEY,
    -- The provider's name for it; unknown until its answer came.
    request_id    TEXT,
    phone         TEXT   NOT NULL,
    phone_hash    TEXT   NOT NULL,
    browser_hash  TEXT   NOT NULL,
    channel       TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    -- When the provider was last asked to send.
    sent_at       BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    ended_at      BIGINT,
    wrong_codes   BIGINT NOT NULL DEFAULT 0,
    -- Keyed hash of the last code that was checked.
    pin_hash      TEXT,
    -- Until then one request has the row to itself: a check, or a cancel at the provider.
    claimed_until BIGINT NOT NULL DEFAULT 0,
    -- When the provider is to be told that the visitor cancelled.
    cancel_at     BIGINT
);

-- A browser has one running attempt: two clicks cannot send two messages.
CREATE UNIQUE INDEX verifications_running ON verifications (browser_hash)
    WHERE state IN ('starting', 'sent', 'in_doubt');
CREATE INDEX verifications_browser ON verifications (browser_hash, created_at);
CREATE INDEX verifications_phone ON verifications (phone_hash);
CREATE INDEX verifications_cancel ON verifications (cancel_at) WHERE cancel_at IS NOT NULL;
CREATE INDEX verifications_expiry ON verifications (expires_at);

-- One row per signed-in browser; a row that is gone is a session that has ended.
CREATE TABLE sessions (
    token_hash   TEXT   PRIMARY KEY,
    phone        TEXT   NOT NULL,
    phone_hash   TEXT   NOT NULL,
    signed_in_at BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE INDEX sessions_phone ON sessions (phone_hash);
CREATE INDEX sessions_expiry ON sessions (expires_at);

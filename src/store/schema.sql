-- Times are milliseconds since 1970-01-01 UTC. Hashes and tokens are base64. Flags are 0 or 1.

-- Which version the tables have, the server key, and what was learned of the provider.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- One row per attempt to sign in.
CREATE TABLE verifications (
    attempt_id     TEXT   PRIMARY KEY,
    -- The provider's name for it; unknown until its answer came.
    request_id     TEXT,
    phone          TEXT   NOT NULL,
    phone_hash     TEXT   NOT NULL,
    browser_hash   TEXT   NOT NULL,
    state          TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    -- When the provider was last asked to send.
    sent_at        BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    ended_at       BIGINT,
    wrong_codes    BIGINT NOT NULL DEFAULT 0,
    -- Keyed hash of the last code that was checked, and of one whose check got no answer.
    pin_hash       TEXT,
    unanswered     TEXT,
    -- Until then one request has the row to itself: a check, or a cancel at the provider.
    claimed_until  BIGINT NOT NULL DEFAULT 0,
    -- When the provider is to be told that the visitor cancelled.
    cancel_at      BIGINT,
    -- Where the code went and who asked for it: `known` by a browser of the number's own, out of the `reserve` of the
    -- country's budget, or by an `outsider`, to whom nothing is sent. `counted` once it is known how it ended.
    country        TEXT   NOT NULL,
    address_hash   TEXT   NOT NULL,
    known          BIGINT NOT NULL,
    reserve        BIGINT NOT NULL,
    outsider       BIGINT NOT NULL,
    counted        BIGINT NOT NULL DEFAULT 0,
    -- Where the visitor goes once signed in.
    return_to      TEXT,
    -- The code was right, and the app around us did not let the visitor in: its sentence, empty where it failed.
    denied         TEXT,
    -- How the newest message travels; the channels of the request that runs at the provider, in order, and how many of
    -- them have been taken.
    channel        TEXT   NOT NULL,
    steps          TEXT   NOT NULL,
    taken          BIGINT NOT NULL DEFAULT 1,
    -- How many messages were asked for, and when the first was.
    sends          BIGINT NOT NULL DEFAULT 0,
    first_sent_at  BIGINT NOT NULL,
    -- When the provider lets go of the number by itself.
    locked_until   BIGINT NOT NULL,
    -- Why the newest message will not arrive, by the provider's callbacks; and what else the visitor is to be told.
    trouble        TEXT,
    note           TEXT,
    -- A message that was asked for and is not sent yet: by which channel, what is to be done next, when, and how often
    -- it was tried.
    resend_channel TEXT,
    next_move      TEXT,
    move_at        BIGINT,
    moves          BIGINT NOT NULL DEFAULT 0
);

-- A browser has one running attempt: two clicks cannot send two messages. Each statement that makes one run looks for
-- another; on SQLite, where one change waits for the other, that is enough.
-- on Postgres: CREATE UNIQUE INDEX verifications_running ON verifications (browser_hash)
-- on Postgres:     WHERE state IN ('starting', 'sent', 'in_doubt', 'resending');
CREATE INDEX verifications_browser ON verifications (browser_hash, created_at);
CREATE INDEX verifications_phone ON verifications (phone_hash);
CREATE INDEX verifications_request ON verifications (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX verifications_cancel ON verifications (cancel_at) WHERE cancel_at IS NOT NULL;
CREATE INDEX verifications_move ON verifications (move_at) WHERE move_at IS NOT NULL;
CREATE INDEX verifications_due ON verifications (counted, expires_at);

-- One row per signed-in browser; a row that is gone is a session that has ended.
CREATE TABLE sessions (
    token_hash   TEXT   PRIMARY KEY,
    phone        TEXT   NOT NULL,
    phone_hash   TEXT   NOT NULL,
    signed_in_at BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    -- What its owner knows it by.
    browser      TEXT,
    system       TEXT,
    address      TEXT
)
-- on SQLite: WITHOUT ROWID
;

CREATE INDEX sessions_phone ON sessions (phone_hash);

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
    -- What everybody is counted by is kept in so many rows, each of which takes a part: many can count at once.
    share      BIGINT NOT NULL DEFAULT 0,
    shares     BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (key, span, share),
    -- Two sends at once cannot both be the last one allowed: the statement that counts too far fails as a whole.
    CHECK (strict = 0 OR count <= most / shares + CASE WHEN share < most % shares THEN 1 ELSE 0 END)
)
-- on SQLite: WITHOUT ROWID
;

-- Verified sends by the number's country and the day, counted from 1970-01-01 UTC.
CREATE TABLE verified_days (
    country  TEXT   NOT NULL,
    day      BIGINT NOT NULL,
    verified BIGINT NOT NULL,
    -- One of several rows, so that many can count at once.
    share    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (country, day, share)
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

CREATE INDEX known_browsers_phone ON known_browsers (phone_hash);

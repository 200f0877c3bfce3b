-- Meetups of those who make and use APIs, and what people say about pages and APIs.

CREATE TABLE meetup (
    id           TEXT PRIMARY KEY,
    title        TEXT NOT NULL,
    place        TEXT NOT NULL,
    link         TEXT NOT NULL,
    about        TEXT NOT NULL,
    notes        TEXT NOT NULL,
    is_public    BIGINT NOT NULL,
    begins_at    BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL,
    cancelled_at BIGINT,
    -- Calendars take what has a higher number for newer.
    revision     BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL
);
CREATE INDEX meetup_begins_at ON meetup (begins_at);

CREATE TABLE feedback (
    id         TEXT PRIMARY KEY,
    -- The page of the hub that it is about; with the API, if the page is of one.
    about      TEXT NOT NULL,
    api_id     TEXT REFERENCES api (id),
    owner      TEXT NOT NULL,
    title      TEXT NOT NULL,
    state      TEXT NOT NULL,
    -- A stranger has no id, but a key whose hash is here.
    by_id      TEXT,
    by_name    TEXT NOT NULL,
    key_hash   TEXT,
    opened_at  BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX feedback_changed_at ON feedback (changed_at);
CREATE INDEX feedback_by ON feedback (by_id, opened_at);

CREATE TABLE feedback_message (
    id              TEXT PRIMARY KEY,
    feedback_id     TEXT NOT NULL REFERENCES feedback (id),
    number          BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    by_name         TEXT NOT NULL,
    is_of_owner     BIGINT NOT NULL,
    text            TEXT NOT NULL,
    removed_by_name TEXT,
    removed_because TEXT
);
CREATE UNIQUE INDEX feedback_message_number ON feedback_message (feedback_id, number);

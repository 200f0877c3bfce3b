-- Calls that may be repeated: what was answered to the first of them, sealed. `answer` is null while it is still being made.

CREATE TABLE repeated_call (
    key_hash     TEXT PRIMARY KEY,
    request_hash TEXT NOT NULL,
    answer       TEXT,
    called_at    BIGINT NOT NULL
);

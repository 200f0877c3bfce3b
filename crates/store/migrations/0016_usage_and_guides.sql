-- The owners of an application look at its refused calls and at what it has made of its quotas.
CREATE INDEX refused_call_application ON refused_call (application, at);
CREATE INDEX quota_count_caller ON quota_count (caller, period);

-- Guides in Markdown, released with a contract and never changed afterwards.
CREATE TABLE guide (
    release_id TEXT NOT NULL REFERENCES release (id),
    place      BIGINT NOT NULL,
    file       TEXT NOT NULL,
    title      TEXT NOT NULL,
    text       TEXT NOT NULL,
    PRIMARY KEY (release_id, place)
);

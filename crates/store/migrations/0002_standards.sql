-- The playbook at work: what each release was found to be, what is accepted in writing, and which edition holds.

ALTER TABLE release ADD COLUMN difference TEXT NOT NULL DEFAULT '{}';

CREATE TABLE verdict (
    release_id TEXT NOT NULL REFERENCES release (id),
    edition    TEXT NOT NULL,
    profile    TEXT NOT NULL,
    judged_at  BIGINT NOT NULL,
    score      BIGINT,
    errors     BIGINT NOT NULL,
    warnings   BIGINT NOT NULL,
    waived     BIGINT NOT NULL,
    verdict    TEXT NOT NULL,
    PRIMARY KEY (release_id, edition)
);

CREATE TABLE waiver (
    id                TEXT PRIMARY KEY,
    api_id            TEXT NOT NULL REFERENCES api (id),
    rule              TEXT NOT NULL,
    place             TEXT NOT NULL,
    reason            TEXT NOT NULL,
    answers_for_it    TEXT NOT NULL,
    ends_at           BIGINT NOT NULL,
    state             TEXT NOT NULL,
    requested_by      TEXT NOT NULL,
    requested_by_name TEXT NOT NULL,
    requested_at      BIGINT NOT NULL,
    decided_by        TEXT,
    decided_by_name   TEXT,
    decided_at        BIGINT,
    decision_reason   TEXT
);
CREATE INDEX waiver_api ON waiver (api_id);

CREATE TABLE edition (
    name         TEXT PRIMARY KEY,
    profile      TEXT NOT NULL,
    notes        TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by TEXT NOT NULL
);

CREATE TABLE answer (
    api_id      TEXT NOT NULL REFERENCES api (id),
    item        TEXT NOT NULL,
    answer      TEXT NOT NULL,
    note        TEXT NOT NULL,
    answered_at BIGINT NOT NULL,
    answered_by TEXT NOT NULL,
    PRIMARY KEY (api_id, item)
);

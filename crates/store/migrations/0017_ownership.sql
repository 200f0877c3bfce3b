-- What a version names in its place once it is deprecated, and what people are about to publish.

ALTER TABLE version ADD COLUMN successor TEXT;

CREATE TABLE draft (
    id         TEXT PRIMARY KEY,
    person_id  TEXT NOT NULL REFERENCES person (id),
    api        TEXT NOT NULL,
    major      BIGINT NOT NULL,
    manifest   TEXT NOT NULL,
    contract   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX draft_person ON draft (person_id);

-- Which pipelines elsewhere may publish which API, by the tokens of their own issuer. The API may not be there yet: its first
-- release may come from a pipeline, so that its name is no key. The two ids are the issuer's, as the first run told them: names
-- of repositories are given away again, these are not.
CREATE TABLE pipeline (
    id            TEXT PRIMARY KEY,
    api           TEXT NOT NULL,
    owner         TEXT NOT NULL,
    provider      TEXT NOT NULL,
    issuer        TEXT NOT NULL,
    repository    TEXT NOT NULL,
    git_ref       TEXT NOT NULL,
    workflow      TEXT,
    environment   TEXT,
    repository_id TEXT,
    namespace_id  TEXT,
    pinned_at     BIGINT,
    trusted_at    BIGINT NOT NULL,
    trusted_by    TEXT NOT NULL
);
CREATE INDEX pipeline_api ON pipeline (api);
CREATE INDEX pipeline_issuer ON pipeline (issuer, repository);

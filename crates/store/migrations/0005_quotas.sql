-- How many calls each caller has made of its quotas, in whole days (2026-11-25) and whole months (2026-11) of UTC.

CREATE TABLE quota_count (
    period      TEXT NOT NULL,
    environment TEXT NOT NULL,
    api         TEXT NOT NULL,
    major       BIGINT NOT NULL,
    caller_kind TEXT NOT NULL,
    caller      TEXT NOT NULL,
    calls       BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    PRIMARY KEY (period, environment, api, major, caller_kind, caller)
);
CREATE INDEX quota_count_changed_at ON quota_count (changed_at);

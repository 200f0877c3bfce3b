-- What operators look at: the trail by request, thing and actor; nodes and what they say of themselves; mails that were not sent; scores by
-- chapter.

ALTER TABLE audit ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_request ON audit (request_id);

-- A process of the platform. What it says of itself is JSON; whoever was not seen for long is forgotten.
CREATE TABLE node (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    version    TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    generation BIGINT,
    report     TEXT NOT NULL
);

-- Why a mail was not sent the last time that it was tried.
ALTER TABLE notice ADD COLUMN unsent_because TEXT;

-- The scores of a verdict by chapter, as JSON; empty for one of an older Hansom.
ALTER TABLE verdict ADD COLUMN chapters TEXT NOT NULL DEFAULT '';

CREATE INDEX permit_state_asked ON permit (state, requested_at);
CREATE INDEX api_owner ON api (owner);

-- What was changed in which generation, so that a gateway reads that and not everything. Kept for ten thousand generations.

CREATE TABLE changed (
    generation BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    PRIMARY KEY (generation, kind, subject)
);

-- Nothing is known of what was changed until now.
INSERT INTO changed (generation, kind, subject) SELECT generation, 'everything', '' FROM platform;

-- How well every API answered, day by day, and what went wrong as operators told it.

-- Of the whole platform under an empty name.
CREATE TABLE day_count (
    api         TEXT NOT NULL,
    environment TEXT NOT NULL,
    day         BIGINT NOT NULL,
    calls       BIGINT NOT NULL,
    failed      BIGINT NOT NULL,
    PRIMARY KEY (api, environment, day)
);
CREATE INDEX day_count_day ON day_count (day);

INSERT INTO day_count (api, environment, day, calls, failed)
SELECT api, environment, hour - hour % 86400000, CAST(sum(calls) AS BIGINT),
       CAST(sum(CASE WHEN status >= 500 THEN calls ELSE 0 END) AS BIGINT)
FROM call_count GROUP BY 1, 2, 3;
INSERT INTO day_count (api, environment, day, calls, failed)
SELECT '', environment, day, CAST(sum(calls) AS BIGINT), CAST(sum(failed) AS BIGINT)
FROM day_count GROUP BY 2, 3;

CREATE TABLE incident (
    id         TEXT PRIMARY KEY,
    title      TEXT NOT NULL,
    impact     TEXT NOT NULL,
    state      TEXT NOT NULL,
    began_at   BIGINT NOT NULL,
    ended_at   BIGINT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX incident_began_at ON incident (began_at);

-- Which APIs it concerns; none: the platform itself.
CREATE TABLE incident_api (
    incident_id TEXT NOT NULL REFERENCES incident (id),
    api_id      TEXT NOT NULL REFERENCES api (id),
    PRIMARY KEY (incident_id, api_id)
);

CREATE TABLE incident_update (
    id          TEXT PRIMARY KEY,
    incident_id TEXT NOT NULL REFERENCES incident (id),
    number      BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    state       TEXT NOT NULL,
    text        TEXT NOT NULL,
    by_id       TEXT NOT NULL,
    by_name     TEXT NOT NULL
);
CREATE UNIQUE INDEX incident_update_number ON incident_update (incident_id, number);

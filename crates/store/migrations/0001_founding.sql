-- One text for SQLite and PostgreSQL: ids and JSON as TEXT, times as BIGINT milliseconds from the platform's clock.

CREATE TABLE platform (
    id         BIGINT PRIMARY KEY,
    generation BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL
);

CREATE TABLE audit (
    id         TEXT PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    verb       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    detail     TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);

CREATE TABLE person (
    id            TEXT PRIMARY KEY,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    email         TEXT NOT NULL,
    name          TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    signed_in_at  BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);

CREATE TABLE kept_group (
    address    TEXT PRIMARY KEY,
    title      TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE membership (
    person_id     TEXT NOT NULL REFERENCES person (id),
    group_address TEXT NOT NULL,
    source        TEXT NOT NULL,
    PRIMARY KEY (person_id, group_address, source)
);
CREATE INDEX membership_group ON membership (group_address);

CREATE TABLE session (
    id_hash      TEXT PRIMARY KEY,
    person_id    TEXT NOT NULL REFERENCES person (id),
    form_token   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);

CREATE TABLE sign_in (
    state_hash   TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    nonce        TEXT NOT NULL,
    verifier     TEXT NOT NULL,
    return_to    TEXT NOT NULL,
    created_at   BIGINT NOT NULL
);

CREATE TABLE api (
    id         TEXT PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE,
    title      TEXT NOT NULL,
    summary    TEXT NOT NULL,
    owner      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    audience   TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE version (
    id                TEXT PRIMARY KEY,
    api_id            TEXT NOT NULL REFERENCES api (id),
    major             BIGINT NOT NULL,
    status            TEXT NOT NULL,
    status_since      BIGINT NOT NULL,
    sunset_at         BIGINT,
    personal_data     BIGINT NOT NULL,
    current_release   BIGINT NOT NULL,
    UNIQUE (api_id, major)
);

CREATE TABLE release (
    id           TEXT PRIMARY KEY,
    version_id   TEXT NOT NULL REFERENCES version (id),
    number       BIGINT NOT NULL,
    info_version TEXT NOT NULL,
    contract     TEXT NOT NULL,
    manifest     TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by TEXT NOT NULL,
    UNIQUE (version_id, number)
);

CREATE TABLE application (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT NOT NULL,
    owner       TEXT NOT NULL,
    may_publish BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    created_by  TEXT NOT NULL,
    revoked_at  BIGINT
);
CREATE INDEX application_owner ON application (owner);

CREATE TABLE credential (
    id             TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES application (id),
    kind           TEXT NOT NULL,
    public_jwk     TEXT,
    secret_hash    TEXT,
    hint           TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    created_by     TEXT NOT NULL,
    last_used_at   BIGINT,
    revoked_at     BIGINT
);
CREATE INDEX credential_application ON credential (application_id);

CREATE TABLE permit (
    id                TEXT PRIMARY KEY,
    application_id    TEXT NOT NULL REFERENCES application (id),
    version_id        TEXT NOT NULL REFERENCES version (id),
    environment       TEXT NOT NULL,
    operations        TEXT NOT NULL,
    purpose           TEXT NOT NULL,
    legal_basis       TEXT NOT NULL,
    state             TEXT NOT NULL,
    requested_by      TEXT NOT NULL,
    requested_by_name TEXT NOT NULL,
    requested_at      BIGINT NOT NULL,
    decided_by        TEXT,
    decided_by_name   TEXT,
    decided_at        BIGINT,
    reason            TEXT,
    expires_at        BIGINT
);
CREATE INDEX permit_application ON permit (application_id);
CREATE INDEX permit_version ON permit (version_id);

CREATE TABLE signing_key (
    id             TEXT PRIMARY KEY,
    algorithm      TEXT NOT NULL,
    public_jwk     TEXT NOT NULL,
    sealed_private TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    retired_at     BIGINT
);

CREATE TABLE revoked_token (
    id         TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL
);

CREATE TABLE used_assertion (
    id_hash    TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE TABLE call_count (
    hour        BIGINT NOT NULL,
    environment TEXT NOT NULL,
    api         TEXT NOT NULL,
    major       BIGINT NOT NULL,
    operation   TEXT NOT NULL,
    caller      TEXT NOT NULL,
    status      BIGINT NOT NULL,
    calls       BIGINT NOT NULL,
    micros      BIGINT NOT NULL,
    PRIMARY KEY (hour, environment, api, major, operation, caller, status)
);

CREATE TABLE refused_call (
    request_id  TEXT PRIMARY KEY,
    at          BIGINT NOT NULL,
    environment TEXT NOT NULL,
    method      TEXT NOT NULL,
    path        TEXT NOT NULL,
    api         TEXT,
    major       BIGINT,
    operation   TEXT,
    application TEXT,
    person      TEXT,
    status      BIGINT NOT NULL,
    code        TEXT NOT NULL,
    detail      TEXT NOT NULL
);
CREATE INDEX refused_call_at ON refused_call (at);

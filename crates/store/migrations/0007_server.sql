-- What the authorisation server remembers. Whatever lets somebody in is kept as a hash.

-- How an application takes part in the flows of people; one without a row takes part in none.
CREATE TABLE oauth_client (
    application_id TEXT PRIMARY KEY REFERENCES application (id),
    redirect_uris  TEXT NOT NULL,
    public         BIGINT NOT NULL,
    par_required   BIGINT NOT NULL,
    dpop_required  BIGINT NOT NULL,
    first_party    BIGINT NOT NULL,
    changed_at     BIGINT NOT NULL,
    changed_by     TEXT NOT NULL
);

-- A service account of another issuer that proves an application; in force as long as its credential is.
CREATE TABLE service_account (
    credential_id  TEXT PRIMARY KEY REFERENCES credential (id),
    issuer         TEXT NOT NULL,
    subject        TEXT NOT NULL,
    email          TEXT NOT NULL
);
CREATE INDEX service_account_subject ON service_account (issuer, subject);

-- The columns named client_id refer to an application or to a client that every platform has, so they have no key.
CREATE TABLE asked_authorization (
    id_hash    TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    client_id  TEXT NOT NULL,
    bound_to   TEXT,
    request    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX asked_authorization_client ON asked_authorization (client_id);

CREATE TABLE authorization_code (
    code_hash        TEXT PRIMARY KEY,
    family_id        TEXT NOT NULL,
    client_id        TEXT NOT NULL,
    person_id        TEXT NOT NULL REFERENCES person (id),
    redirect_uri     TEXT NOT NULL,
    challenge        TEXT NOT NULL,
    resource         TEXT NOT NULL,
    scope            TEXT NOT NULL,
    dpop_jkt         TEXT,
    authenticated_at BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    used_at          BIGINT
);
CREATE INDEX authorization_code_person ON authorization_code (person_id);

CREATE TABLE token_family (
    id               TEXT PRIMARY KEY,
    client_id        TEXT NOT NULL,
    person_id        TEXT NOT NULL REFERENCES person (id),
    resource         TEXT NOT NULL,
    scope            TEXT NOT NULL,
    dpop_jkt         TEXT,
    authenticated_at BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    last_used_at     BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    revoked_at       BIGINT
);
CREATE INDEX token_family_person ON token_family (person_id);

CREATE TABLE refresh_token (
    token_hash TEXT PRIMARY KEY,
    family_id  TEXT NOT NULL REFERENCES token_family (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX refresh_token_family ON refresh_token (family_id);

CREATE TABLE device_request (
    device_hash      TEXT PRIMARY KEY,
    user_hash        TEXT NOT NULL UNIQUE,
    client_id        TEXT NOT NULL,
    resource         TEXT NOT NULL,
    scope            TEXT NOT NULL,
    dpop_jkt         TEXT,
    address          TEXT NOT NULL,
    state            TEXT NOT NULL,
    pause_seconds    BIGINT NOT NULL,
    polled_at        BIGINT,
    person_id        TEXT,
    authenticated_at BIGINT,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL
);
CREATE INDEX device_request_client ON device_request (client_id);

CREATE TABLE consent (
    person_id  TEXT NOT NULL REFERENCES person (id),
    client_id  TEXT NOT NULL,
    resource   TEXT NOT NULL,
    scope      TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, client_id, resource)
);

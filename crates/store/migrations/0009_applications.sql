-- Credentials that end, grants that are renewed, keys that change, and who is warned before it.

ALTER TABLE application ADD COLUMN ownerless_since BIGINT;
ALTER TABLE application ADD COLUMN suspended_at BIGINT;

ALTER TABLE credential ADD COLUMN jwks_url TEXT;
ALTER TABLE credential ADD COLUMN expires_at BIGINT;
ALTER TABLE credential ADD COLUMN ended_because TEXT;
CREATE INDEX credential_secret_hash ON credential (secret_hash);

ALTER TABLE permit ADD COLUMN replaces TEXT;
ALTER TABLE permit ADD COLUMN bundle TEXT;
CREATE INDEX permit_bundle ON permit (bundle);

ALTER TABLE signing_key ADD COLUMN signs_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signing_key ADD COLUMN withdrawn_at BIGINT;

-- What the platform itself needs to keep secret, sealed with the master key.
CREATE TABLE sealed_value (
    name   TEXT PRIMARY KEY,
    sealed TEXT NOT NULL
);

-- Which node does what only one may do, and until when.
CREATE TABLE lease (
    name    TEXT PRIMARY KEY,
    holder  TEXT NOT NULL,
    ends_at BIGINT NOT NULL
);

-- Of what people were warned, so that they are once.
CREATE TABLE warning (
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    step      TEXT NOT NULL,
    warned_at BIGINT NOT NULL,
    PRIMARY KEY (kind, subject, step)
);

-- When a group that owns applications was last known to have members.
CREATE TABLE owning_group (
    address TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

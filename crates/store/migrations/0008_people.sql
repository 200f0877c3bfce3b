-- People: by which provider they signed in, what each source tells of their groups and when, groups kept in Hansom, mail.

-- A suspended person may do nothing. The directory told their groups last at `groups_told_at`; since it fell silent, they hold until
-- `groups_known_until` and no longer.
ALTER TABLE person ADD COLUMN suspended_at BIGINT;
ALTER TABLE person ADD COLUMN suspended_because TEXT;
ALTER TABLE person ADD COLUMN groups_told_at BIGINT;
ALTER TABLE person ADD COLUMN groups_known_until BIGINT;
CREATE INDEX person_email ON person (email);

-- The provider by its name in the configuration; the ID token, sealed, is shown to it when the session ends.
ALTER TABLE session ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN sealed_id_token TEXT;
CREATE INDEX session_person ON session (person_id);

ALTER TABLE sign_in ADD COLUMN provider TEXT NOT NULL DEFAULT '';

CREATE TABLE group_owner (
    group_address TEXT NOT NULL REFERENCES kept_group (address),
    person_id     TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (group_address, person_id)
);
CREATE INDEX group_owner_person ON group_owner (person_id);

-- Who becomes a member at the first sign-in with that verified address from that issuer.
CREATE TABLE awaited_member (
    group_address TEXT NOT NULL REFERENCES kept_group (address),
    issuer        TEXT NOT NULL,
    email         TEXT NOT NULL,
    added_at      BIGINT NOT NULL,
    PRIMARY KEY (group_address, issuer, email)
);
CREATE INDEX awaited_member_email ON awaited_member (issuer, email);

-- Sign-in by a link in a mail. The link works once, in the browser that asked for it.
CREATE TABLE mail_link (
    link_hash    TEXT PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    email        TEXT NOT NULL,
    return_to    TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    used_at      BIGINT
);
CREATE INDEX mail_link_email ON mail_link (email, created_at);

-- Who signs in by such links: for which organisation, and which terms they agreed to when.
CREATE TABLE outside_developer (
    person_id         TEXT PRIMARY KEY REFERENCES person (id),
    email             TEXT NOT NULL UNIQUE,
    organisation      TEXT NOT NULL,
    group_address     TEXT NOT NULL,
    terms             TEXT NOT NULL,
    terms_accepted_at BIGINT NOT NULL
);

-- Mails to people: to a person at the address that they have when it is sent, or to an address. The text is forgotten once it is sent.
CREATE TABLE notice (
    id           TEXT PRIMARY KEY,
    person_id    TEXT REFERENCES person (id),
    address      TEXT,
    subject      TEXT NOT NULL,
    body         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    sent_at      BIGINT,
    given_up_at  BIGINT
);
CREATE INDEX notice_due_at ON notice (due_at);

-- A browser carries its own sign-in, sealed, until it comes back; strangers leave no rows by beginning one.
DROP TABLE sign_in;

-- How many links were sent lately is counted over all addresses, too.
CREATE INDEX mail_link_created_at ON mail_link (created_at);

-- A person may allow less than was asked for; the answer holds for all that was asked. Until now, what was asked was allowed.
ALTER TABLE consent ADD COLUMN asked TEXT NOT NULL DEFAULT '';
UPDATE consent SET asked = scope;

-- Service accounts that are or were bound, so that of several who bind one at once the others wait and see.
CREATE TABLE bound_subject (
    issuer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (issuer, subject)
);

-- What the provider calls the session that this one came of, as a hash; by that it says that it has ended.
ALTER TABLE session ADD COLUMN provider_session TEXT;
CREATE INDEX session_provider ON session (provider, provider_session);

-- What was measured when a call was refused: names and values, as a JSON object.
ALTER TABLE refused_call ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';

-- Who revoked something is asked by what was revoked.
CREATE INDEX audit_subject ON audit (subject, at);

-- What every resource needs: answers that were given, and events on their way.

CREATE TABLE idempotency_answers (
    caller text NOT NULL,
    operation text NOT NULL,
    key uuid NOT NULL,
    fingerprint text NOT NULL,
    status integer NOT NULL,
    headers jsonb NOT NULL,
    body jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, operation, key)
);
CREATE INDEX idempotency_answers_by_age ON idempotency_answers (created_at);

-- Written in the transaction of the change itself, so that no change is without its event and no event without its change.
CREATE TABLE outbox_events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity_id uuid NOT NULL,
    envelope jsonb NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    failure text
);
CREATE INDEX outbox_events_to_publish ON outbox_events (entity_id, position) WHERE published_at IS NULL;
CREATE INDEX outbox_events_published ON outbox_events (published_at) WHERE published_at IS NOT NULL;

-- Events that somebody has to look at: they were not taken, however often it was tried.
CREATE TABLE dead_letters (
    event_id uuid NOT NULL,
    direction text NOT NULL CHECK (direction IN ('sent', 'received')),
    envelope jsonb NOT NULL,
    attempts integer NOT NULL,
    failure text NOT NULL,
    died_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, direction)
);

-- An event may come twice; it is handled once.
CREATE TABLE received_events (
    event_id uuid PRIMARY KEY,
    type text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX received_events_by_age ON received_events (received_at);

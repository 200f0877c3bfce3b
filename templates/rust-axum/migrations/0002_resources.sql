-- The tables of the resources. The contract bounds what comes in; the constraints hold whatever else writes here.

-- hansom: for each resource
CREATE TABLE street_lights (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    reference text NOT NULL UNIQUE CHECK (reference ~ '^[A-Z]{2,4}-[0-9]{3,8}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    status text NOT NULL CHECK (status IN ('open', 'inProgress', 'closed')),
    postcode text CHECK (char_length(postcode) <= 8),
    uprn text CHECK (uprn ~ '^[1-9][0-9]{0,11}$'),
    contact_name text,
    contact_phone text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now(),
    CHECK ((contact_name IS NULL) = (contact_phone IS NULL))
);
-- One for each key that a list can be sorted by, `id` behind it as in the pages.
CREATE INDEX street_lights_by_created_at ON street_lights (created_at, id);
CREATE INDEX street_lights_by_name ON street_lights (name, id);
CREATE INDEX street_lights_by_postcode ON street_lights (postcode) WHERE postcode IS NOT NULL;
CREATE INDEX street_lights_by_uprn ON street_lights (uprn) WHERE uprn IS NOT NULL;

-- hansom: end

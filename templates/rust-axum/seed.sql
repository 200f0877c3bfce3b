-- Invented records to try things with. Running it twice changes nothing.

-- hansom: for each resource
INSERT INTO street_lights (reference, name, status, postcode, uprn, contact_name, contact_phone) VALUES
    ('LBH-100417', 'A first one', 'open', 'E8 4QZ', '10008230114', 'Leah Rosenberg', '+447700900142'),
    ('LBH-100418', 'A second one', 'inProgress', 'E5 0TW', '10008230388', NULL, NULL),
    ('LBH-100419', 'A third one', 'closed', NULL, NULL, NULL, NULL)
ON CONFLICT (reference) DO NOTHING;

-- hansom: end

-- Feeds show the newest releases, without reading the texts of all others.

CREATE INDEX release_published_at ON release (published_at);

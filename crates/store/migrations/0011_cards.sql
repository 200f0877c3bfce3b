-- What can be found of a release without reading its contract: its card, made when it is published. Empty where the release is older.

ALTER TABLE release ADD COLUMN card TEXT NOT NULL DEFAULT '';

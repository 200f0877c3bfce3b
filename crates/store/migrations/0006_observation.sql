-- How long calls took, beside how many there were: calls by the first bound of milliseconds that they kept.

ALTER TABLE call_count ADD COLUMN within_5 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_10 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_25 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_50 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_100 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_250 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_500 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_1000 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_2500 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_5000 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN within_10000 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_count ADD COLUMN beyond BIGINT NOT NULL DEFAULT 0;
CREATE INDEX call_count_caller_hour ON call_count (caller, hour);
CREATE INDEX call_count_api_hour ON call_count (api, hour);

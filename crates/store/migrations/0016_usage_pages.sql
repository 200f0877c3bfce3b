-- The owners of an application look at its refused calls and at what it has made of its quotas.
CREATE INDEX refused_call_application ON refused_call (application, at);
CREATE INDEX quota_count_caller ON quota_count (caller, period);

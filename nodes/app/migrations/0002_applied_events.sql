CREATE TABLE IF NOT EXISTS applied_events (
    event_key CHAR(64) PRIMARY KEY,
    applied_at_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS applied_events_by_age ON applied_events (applied_at_ms);
CREATE TABLE IF NOT EXISTS replayed_terms (
    epoch BIGINT NOT NULL,
    term BIGINT NOT NULL,
    PRIMARY KEY (epoch, term)
);

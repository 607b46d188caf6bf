CREATE TABLE IF NOT EXISTS sessions (
    token_digest CHAR(64) PRIMARY KEY,
    shop VARCHAR(255) NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_by_end ON sessions (expires_at_ms);
CREATE TABLE IF NOT EXISTS idempotent_requests (
    key_digest CHAR(64) PRIMARY KEY,
    request_digest CHAR(64) NOT NULL,
    order_id CHAR(64) NOT NULL,
    taken_at_ms BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS idempotent_requests_by_age ON idempotent_requests (taken_at_ms);

CREATE TABLE IF NOT EXISTS orders (
    id CHAR(64) PRIMARY KEY,
    shop VARCHAR(255) NOT NULL,
    number VARCHAR(64) NOT NULL,
    status VARCHAR(32) NOT NULL,
    total VARCHAR(32) NOT NULL,
    currency VARCHAR(3) NOT NULL,
    customer VARCHAR(255) NOT NULL,
    changed_at_ms BIGINT NOT NULL,
    revision INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_by_change ON orders (changed_at_ms, id);
CREATE INDEX IF NOT EXISTS orders_of_a_shop ON orders (shop, changed_at_ms, id);

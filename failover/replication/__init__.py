"""Replication of `streams` tables: our own, item by item, by versions that both sites agree on without a clock."""

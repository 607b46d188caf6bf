"""Looks every hour whether a failover would work, and fails if it would not."""

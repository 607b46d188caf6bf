"""Whether a data-tier failover would work now: what to look at, the look itself, and what to think of it."""

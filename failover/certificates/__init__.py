"""The sites' public certificate: ordered by ACME, proved by DNS, kept in Secrets Manager of every control region."""

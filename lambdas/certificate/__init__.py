"""Keeps the sites' public certificate: looks each day, renews it in time, puts it into every control region."""

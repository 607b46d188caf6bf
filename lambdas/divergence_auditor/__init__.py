"""Lists what the last writer of `mrec` tables overruled in this region."""

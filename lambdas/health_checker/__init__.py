"""The observer: votes from one control region."""

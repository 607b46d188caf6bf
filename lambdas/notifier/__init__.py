"""Tells people, once for each incident."""

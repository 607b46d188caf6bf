"""Carries the changes of one `streams` table from this region to the other site's."""

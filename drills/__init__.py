"""Losing a region on purpose: experiments, load, watching, accounting and the report."""

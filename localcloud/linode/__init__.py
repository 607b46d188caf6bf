"""Linode's API v4 in the embedded cloud."""

"""Component resources, one noun per module; no config reads, no SDK calls."""

"""The machines' files: one module for each kind, its texts in `text/`."""

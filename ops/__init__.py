"""The `lifeboat` command line: one module per family of verbs, gathered in `__main__`."""

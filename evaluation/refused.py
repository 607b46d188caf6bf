"""The one error of this package."""


class Refused(Exception):
    """The program or its config is such that the engine, or the provider, would not take it."""

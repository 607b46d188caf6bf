"""Addresses of people in the config."""

import re

from stacks.config_error import ConfigError

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def require_email(key: str, address: str) -> None:
    """Check the form of an e-mail address.

    Raises:
        ConfigError: it has another.
    """
    if not EMAIL.fullmatch(address):
        raise ConfigError(key, address, "it must be an e-mail address")

"""Secrets come from files that nobody but their owner can read, never from the environment."""

import json
import os
import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretUnusable(Exception):
    """A file of secrets is missing, readable by others, or not as it must be; the message never quotes it."""


def read_secrets(path: Path) -> dict[str, str]:
    """Read a JSON object of texts, each time anew: a rotated secret needs no restart.

    Raises:
        SecretUnusable: with what to do about it.
    """
    try:
        with path.open(encoding="utf-8") as file:
            _only_for_its_owner(path, file.fileno())
            secrets = json.load(file)
    except (OSError, ValueError) as error:
        raise SecretUnusable(f"{path} is no JSON object that can be read: {type(error).__name__}") from None
    if not isinstance(secrets, dict) or not all(isinstance(one, str) and one for one in secrets.values()):
        raise SecretUnusable(f"{path} must hold one JSON object of texts that are not empty")
    return secrets


def secret(path: Path, name: str) -> str:
    """Read one text of a file; raises as `read_secrets`."""
    found = read_secrets(path).get(name)
    if found is None:
        raise SecretUnusable(f"{path} has no {name!r}")
    return found


def _only_for_its_owner(path: Path, number: int) -> None:
    mode = stat.S_IMODE(os.fstat(number).st_mode)
    if mode & OTHERS:
        raise SecretUnusable(f"{path} has mode {mode:04o}, which lets others in; chmod 0400 it")

"""Where a name's proof stands in DNS, whoever serves the zone."""

from collections.abc import Callable, Mapping
from typing import Protocol

Pause = Callable[[float], None]
"""Waits some seconds; raises when there is no time left or somebody else has taken over."""


class ProofRecords(Protocol):
    """TXT records by their full names; a record that is there already is replaced."""

    def publish(self, texts: Mapping[str, str], pause: Pause) -> None:
        """Return once every server of the zone answers with them."""

    def remove(self, names: tuple[str, ...]) -> None:
        """Take records away, whatever they say; one that is gone is no trouble."""


class ProofFailed(Exception):
    """The zone did not take the records, or did not publish them in time."""


def record_of(name: str) -> str:
    """Return the record that proves a name (RFC 8555, 8.4)."""
    return f"_acme-challenge.{name}"

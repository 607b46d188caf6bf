"""What Linode says of one instance, as far as an enrolment goes by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_interface
from typing import Self


class UnreadableInstance(Exception):
    """Linode's answer lacks what its specification promises."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """``created`` is Linode's time; ``addresses`` are the instance's own, as ``canonical`` spells them."""

    id: int
    tags: tuple[str, ...]
    created: datetime
    addresses: tuple[str, ...]

    @classmethod
    def of(cls, told: Mapping[str, object]) -> Self:
        """Read an answer of https://techdocs.akamai.com/linode-api/reference/get-linode-instance.

        Raises:
            UnreadableInstance: a field is missing or has no meaning.
        """
        try:
            return cls(
                id=int(str(told["id"])),
                tags=_texts(told["tags"]),
                created=datetime.fromisoformat(str(told["created"])).replace(tzinfo=UTC),
                addresses=_addresses(told),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise UnreadableInstance(f"Linode's answer cannot be read: {error!r}") from error


def canonical(address: str) -> str:
    """Return the one spelling of an address; an IPv4 address inside IPv6 is the IPv4 address.

    Raises:
        ValueError: it is none.
    """
    found = ip_address(address)
    mapped = found.ipv4_mapped if found.version == 6 else None
    return str(mapped or found)


def _addresses(told: Mapping[str, object]) -> tuple[str, ...]:
    """Return IPv4 addresses, and the one of IPv6 that SLAAC gave, which Linode tells with its prefix's length."""
    ipv6 = told.get("ipv6")
    own = [str(ip_interface(ipv6).ip)] if isinstance(ipv6, str) else []
    return tuple(sorted(canonical(address) for address in (*_texts(told["ipv4"]), *own)))


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("no list of texts")
    return tuple(value)

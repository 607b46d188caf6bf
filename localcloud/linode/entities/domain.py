"""Zones and what is in them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A zone. Times to live and intervals count seconds; 0 stands for the service's own default."""

    id: int
    domain: str
    type: str
    soa_email: str = ""
    description: str = ""
    status: str = "active"
    group: str = ""
    refresh_sec: int = 0
    retry_sec: int = 0
    expire_sec: int = 0
    ttl_sec: int = 0
    master_ips: tuple[str, ...] = ()
    axfr_ips: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record of a zone; ``name`` is relative to the zone, empty for the zone itself."""

    id: int
    domain_id: int
    type: str
    name: str = ""
    target: str = ""
    priority: int = 0
    weight: int = 0
    port: int = 0
    service: str | None = None
    protocol: str | None = None
    tag: str | None = None
    ttl_sec: int = 0
    created: str = ""
    updated: str = ""

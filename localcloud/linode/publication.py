"""What the world sees of an account's zones: what the API was told, some time later.

Linode's name servers learn of an edit in under 60 seconds, as its DNS Manager promises.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import count

from localcloud.linode.entities.domain import Domain, Record
from localcloud.timers import Timers

DEFAULT_TTL_SECONDS = 86400


@dataclass(frozen=True, kw_only=True)
class Published:
    """A record as a name server answers it: a whole name without the last dot, and seconds to keep it."""

    name: str
    type: str
    target: str
    ttl_seconds: int
    priority: int
    weight: int
    port: int


class Publication:
    """The zones as they were ``seconds`` ago. Edits are published in their order, whichever thread comes first."""

    def __init__(self, timers: Timers, seconds: float) -> None:
        self._timers = timers
        self._seconds = seconds
        self._lock = threading.Lock()
        self._edits = count(1)
        self._zones: dict[str, tuple[int, tuple[Published, ...]]] = {}

    def tell(self, domain: Domain, records: Iterable[Record]) -> None:
        """Have a zone published as it is now; one in ``edit_mode`` stays as it was, a disabled one goes."""
        if domain.status == "edit_mode":
            return
        served = records if domain.status == "active" else ()
        self._later(domain.domain, tuple(_published(domain, record) for record in served))

    def tell_gone(self, domain: Domain) -> None:
        """Have a zone taken away."""
        self._later(domain.domain, ())

    def lookup(self, name: str, kind: str = "") -> list[Published]:
        """Give what a name server answers now: records of a name, of one type or of all."""
        wanted = name.rstrip(".").lower()
        with self._lock:
            served = [each for _, zone in self._zones.values() for each in zone]
        return [each for each in served if each.name == wanted and kind in ("", each.type)]

    def _later(self, zone: str, records: tuple[Published, ...]) -> None:
        publish = partial(self._publish, zone, next(self._edits), records)
        if self._seconds:
            self._timers.after(self._seconds, publish)
        else:
            publish()

    def _publish(self, zone: str, edit: int, records: tuple[Published, ...]) -> None:
        with self._lock:
            if edit > self._zones.get(zone, (0, ()))[0]:
                self._zones[zone] = (edit, records)


def _published(domain: Domain, record: Record) -> Published:
    return Published(
        name=whole_name(domain.domain, record),
        type=record.type,
        target=record.target,
        ttl_seconds=record.ttl_sec or domain.ttl_sec or DEFAULT_TTL_SECONDS,
        priority=record.priority,
        weight=record.weight,
        port=record.port,
    )


def whole_name(zone: str, record: Record) -> str:
    """Give a record's name from the root, lower case; that of a service with service and protocol."""
    service = f"{record.service}.{record.protocol}" if record.type == "SRV" else record.name
    return f"{service}.{zone}".strip(".").lower()

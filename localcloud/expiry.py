"""Time to live: items are deleted by the service some time after the moment that they name.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial

from localcloud.gateway import Gateway
from localcloud.global_tables import GlobalTables
from localcloud.metrics import utc_now
from localcloud.moto_tables import Change, MotoTables
from localcloud.mrec import Replication
from localcloud.stream_records import SERVICE_DELETION

log = logging.getLogger(__name__)

TOO_LONG_AGO = timedelta(days=5 * 365)
"""An item that should have gone earlier than that stays: its attribute is taken for a mistake."""


class Expiry:
    """Deletes what is past its time, in one region of each global table; the others get it by replication."""

    def __init__(
        self,
        tables: MotoTables,
        known: GlobalTables,
        replication: Replication,
        gateway: Gateway,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._tables = tables
        self._known = known
        self._replication = replication
        self._gateway = gateway
        self._clock = clock

    def tick(self) -> None:
        """Go through all tables with a time to live once."""
        with self._gateway.lock("dynamodb"):
            tables = list(self._tables.lapsing())
        for region, name, attribute in tables:
            if self._acts(region, name):
                self._sweep(region, name, attribute)

    def _acts(self, region: str, name: str) -> bool:
        """Say whether the region does it for its table: the first that runs of a global table's, home before others."""
        table = self._known.find(region, name)
        regions = (table.home, *table.replicas) if table else (region,)
        return region == next((each for each in regions if self._gateway.world.up(each)), None)

    def _sweep(self, region: str, name: str, attribute: str) -> None:
        """Delete one by one, so that no request waits for a whole table's items."""
        lapsed = partial(is_past, now=self._clock())
        with self._gateway.lock("dynamodb"):
            past = self._tables.deletions(region, name, attribute, lapsed)
        for deletion in past:
            with self._gateway.lock("dynamodb"):
                if lapsed(self._tables.value(region, deletion, attribute)):
                    self._delete(region, deletion)
        if past:
            log.info("items expired", extra={"region": region, "table": name, "items": len(past)})

    def _delete(self, region: str, deletion: Change) -> None:
        since = self._tables.written(region, deletion.table)
        self._tables.apply(region, deletion)
        self._tables.mark(region, deletion.table, since, SERVICE_DELETION)
        self._replication.capture(region, deletion.table, since)


def is_past(value: object, now: datetime) -> bool:
    """Say whether a time to live is over: a number of seconds since 1970, not ages ago; anything else never is."""
    seconds = _seconds(value)
    return seconds is not None and (now - TOO_LONG_AGO).timestamp() < seconds < now.timestamp()


def _seconds(value: object) -> float | None:
    number = value.get("N") if isinstance(value, dict) else None
    try:
        return None if number is None else float(Decimal(str(number)))
    except (InvalidOperation, OverflowError):
        return None

"""Which epoch a site's writes belong to, for those that were made around the client and do not say it themselves."""

import threading
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from failover.client_view import RowMissing, parse
from failover.clock import Clock
from failover.hedged_read import HedgedRead, NobodyAnswered
from failover.rows import tier_key
from failover.sites import Site

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HEDGE_SECONDS = 0.3
KEPT_SECONDS = 1.0


class EpochUnknown(BotoCoreError):
    """No control region tells who is active; the same call is safe to make again."""

    fmt = "no control region tells who is active"


class Epochs:
    """Reads the tier's row, at most once a second; thread-safe."""

    def __init__(self, control: "Mapping[str, DynamoDBClient]", table: str, clock: Clock, tier: str = "data") -> None:
        readers = {region: partial(_read, client, table, tier) for region, client in control.items()}
        self._row = HedgedRead[Mapping[str, Any]](readers, hedge_seconds=HEDGE_SECONDS)
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[float, int, Site | None] | None = None
        self._failed: tuple[float, EpochUnknown] | None = None

    def of(self, site: Site) -> int | None:
        """Return the epoch of the site's writes: of the tier if it is active there, 0 before the tier was ever armed.

        Raises:
            EpochUnknown: no control region answered.
            RowMalformed: the row cannot be read.
        """
        with self._lock:
            _, epoch, active = self._kept = self._current() or self._look()
        return epoch if active in (site, None) else None

    def _current(self) -> tuple[float, int, Site | None] | None:
        """Return what was read lately. All who waited for a read that failed fail with it, or each would wait again."""
        now = self._clock.monotonic()
        if self._failed is not None and now - self._failed[0] <= KEPT_SECONDS:
            raise self._failed[1]
        return self._kept if self._kept is not None and now - self._kept[0] <= KEPT_SECONDS else None

    def _look(self) -> tuple[float, int, Site | None]:
        sent = self._clock.monotonic()
        try:
            view = parse(self._row.first_answer(), sent)
        except NobodyAnswered as error:
            self._failed = self._clock.monotonic(), EpochUnknown()
            raise self._failed[1] from error
        except RowMissing:
            return sent, 0, None
        return sent, view.epoch, view.active


def _read(client: "DynamoDBClient", table: str, tier: str) -> Mapping[str, Any]:
    return client.get_item(TableName=table, Key=tier_key(tier), ConsistentRead=True).get("Item", {})

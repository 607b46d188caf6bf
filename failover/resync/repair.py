"""Makes alike what differs between two sites: the newer version of an item stands, what it did not know is listed."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice

from failover.replication.stamps import Item
from failover.resync.differences import Difference, Rules, difference_of, held_of
from failover.resync.digests import name_of
from failover.resync.segments import Watcher
from failover.resync.settler import Settler
from failover.resync.settling import Pair, next_step
from failover.resync.tables import MOST_KEYS

ALIKE = "alike"


@dataclass(frozen=True, kw_only=True)
class Repair:
    """``rules`` say what counts as a difference; ``settler`` makes it none."""

    settler: Settler
    rules: Rules
    writers: Executor
    watcher: Watcher

    def run(self, keys: Iterable[Item]) -> Counter[str]:
        """Settle each key that still differs; return what was done. Run again, it finds what is left.

        Raises:
            Stopped, Contended, BotoCoreError, ClientError: it ended early.
        """
        counts: Counter[str] = Counter()
        for found in _differing(self.rules, self.settler, keys):
            for done in self.writers.map(lambda one: self.settler.settle(one[0], one[1]), found):
                counts.update(done or [ALIKE])
            self.watcher(len(found))
        return counts


def outlook(rules: Rules, settler: Settler, keys: Iterable[Item]) -> Iterator[tuple[Difference, str]]:
    """Say of each key that still differs what would be done first; change nothing.

    Raises:
        Stopped, BotoCoreError, ClientError: a table does not answer.
    """
    for found in _differing(rules, settler, keys):
        for key, pair, difference in found:
            yield difference, str(next_step(key, pair, settler.first, settler.rules))


def _differing(rules: Rules, settler: Settler, keys: Iterable[Item]) -> Iterator[list[tuple[Item, Pair, Difference]]]:
    """Read the keys at both sites, some at a time, and leave out what is alike by now."""
    waiting = iter(keys)
    while some := list(islice(waiting, MOST_KEYS)):
        read = {site: table.read(some) for site, table in settler.tables.items()}
        pairs = [(key, {site: found.get(name_of(key)) for site, found in read.items()}) for key in some]
        looked_at = [(key, pair, _difference(rules, key, pair)) for key, pair in pairs]
        yield [(key, pair, difference) for key, pair, difference in looked_at if difference]


def _difference(rules: Rules, key: Item, pair: Pair) -> Difference | None:
    return difference_of(key, held_of(pair["primary"], rules), held_of(pair["secondary"], rules))

"""Which regions run and which links between them carry traffic."""

import threading
from collections.abc import Callable

from localcloud.caller import Caller
from localcloud.request import Cut


class World:
    """The state of the regions, changed at run time by drills and asked by everything that acts.

    A *dark* region answers nobody and nothing inside it reaches anybody. Clients, operators and the deployer run on
    other machines: the loss of an AWS region near them does not stop them, only their calls to it fail. An *isolated*
    region runs, but nothing passes between it and any other region, its own clients' calls to other regions included:
    those are black-holed, as by a cut link.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dark: dict[str, Cut] = {}
        self._isolated: frozenset[str] = frozenset()
        self._watchers: list[Callable[[], None]] = []

    def darken(self, region: str, how: Cut = "blackhole") -> None:
        """Lose a region: every call to it, or by a Lambda inside it, ends as ``how`` says."""
        with self._lock:
            self._dark = {**self._dark, region: how}
        self._tell()

    def isolate(self, region: str) -> None:
        """Cut a region's links to all other regions; callers near it still reach it."""
        with self._lock:
            self._isolated |= {region}
        self._tell()

    def restore(self, region: str | None = None) -> None:
        """Bring a region and its links back; all of them without an argument."""
        with self._lock:
            self._dark = {lost: how for lost, how in self._dark.items() if region not in (None, lost)}
            self._isolated = frozenset(cut for cut in self._isolated if region not in (None, cut))
        self._tell()

    def up(self, region: str) -> bool:
        """Say whether anything in the region runs."""
        return region not in self._dark

    def linked(self, first: str, second: str) -> bool:
        """Say whether traffic passes between two places, whether or not they run."""
        return first == second or not {first, second} & self._isolated

    def reachable(self, from_region: str, to_region: str) -> bool:
        """Say whether the cloud's own traffic gets from one region to another: both run and the link carries."""
        return self.up(from_region) and self.up(to_region) and self.linked(from_region, to_region)

    def cut(self, caller: Caller, region: str) -> Cut | None:
        """Say how a call by ``caller`` to ``region`` fails, or None if it gets through."""
        if caller.is_internal:
            return None
        if caller.is_lambda and caller.region in self._dark:
            return self._dark[caller.region]
        if region in self._dark:
            return self._dark[region]
        return None if self.linked(caller.region, region) else "blackhole"

    def state(self) -> dict[str, str]:
        """Give the regions that are not whole: ``dark:HOW`` or ``isolated``."""
        isolated = dict.fromkeys(self._isolated, "isolated")
        return isolated | {region: f"dark:{how}" for region, how in self._dark.items()}

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` after each change, from the thread that made it."""
        self._watchers.append(changed)

    def _tell(self) -> None:
        for changed in self._watchers:
            changed()

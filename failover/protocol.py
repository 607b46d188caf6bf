"""The numbers that observers, orchestrators and clients agree on, and the inequalities that make them safe."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

TIMES = (
    "probe_interval",
    "probe_deadline",
    "observer_life",
    "generation_overlap",
    "vote_fresh",
    "client_view",
    "client_margin",
    "client_poll",
    "moving_poll",
    "preparing_view",
    "owner_lease",
    "heartbeat",
    "cooldown",
    "max_lag",
    "prove_within",
    "plan_total",
    "order_every",
    "mend_within",
    "writer_lease",
    "writer_renewal",
    "writer_call",
    "writer_fence",
)
LARGEST_SECONDS = 3600.0
LARGEST_COUNT = 10
# By how much two hosts' clocks may run apart while a writer's lease is waited out.
CLOCKS_APART = 1.01


class ProtocolError(ValueError):
    """A number that would make the protocol unsafe; ``field`` names it."""

    def __init__(self, field_name: str, value: object, rule: str) -> None:
        super().__init__(f"{field_name} is {value!r}; {rule}")
        self.field = field_name
        self.value = value
        self.rule = rule


def default_electorates() -> Mapping[str, tuple[str, ...]]:
    """Return the data tier's default voters: one observer in each control region of the US set."""
    return {"data": ("us-east-1", "us-east-2", "us-west-2")}


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """All times in seconds; every part of one stack must hold the same values.

    Raises:
        ProtocolError: a number out of range, an even electorate or a broken inequality.
    """

    probe_interval: float = 3.0
    probe_deadline: float = 1.5
    fall: int = 3
    rise: int = 3
    observer_life: float = 150.0
    generation_overlap: float = 12.0
    vote_fresh: float = 9.0
    client_view: float = 4.0
    client_margin: float = 0.5
    client_poll: float = 1.0
    moving_poll: float = 0.2
    preparing_view: float = 0.7
    owner_lease: float = 6.0
    heartbeat: float = 2.0
    cooldown: float = 600.0
    max_lag: float = 5.0
    prove_within: float = 10.0
    plan_total: float = 120.0
    order_every: float = 3.0
    mend_within: float = 10.0
    writer_lease: float = 6.0
    writer_renewal: float = 2.0
    writer_call: float = 1.0
    writer_fence: float = 1.0
    time_scale: float = 1.0
    electorates: Mapping[str, tuple[str, ...]] = field(default_factory=default_electorates)

    def __post_init__(self) -> None:
        for name in TIMES:
            self._require(
                name, 0 < getattr(self, name) <= LARGEST_SECONDS, f"it must be within 0-{LARGEST_SECONDS:g} s"
            )
        for name in ("fall", "rise"):
            self._require(name, 1 <= getattr(self, name) <= LARGEST_COUNT, f"it must be within 1-{LARGEST_COUNT}")
        self._require("time_scale", 0.01 <= self.time_scale <= 1, "it must be within 0.01-1")
        for tier, voters in self.electorates.items():
            self._check_electorate(tier, voters)
        self._check_inequalities()

    def _check_electorate(self, tier: str, voters: tuple[str, ...]) -> None:
        odd = len(voters) >= 3 and len(voters) % 2 == 1
        self._require(f"electorates.{tier}", odd, "an electorate is odd and has at least 3 observers")
        self._require(f"electorates.{tier}", len(set(voters)) == len(voters), "no observer votes twice")

    def _check_inequalities(self) -> None:
        less = (
            ("probe_deadline", "probe_interval", 1.0),
            ("probe_interval", "vote_fresh", 1 / 2),
            ("generation_overlap", "observer_life", 1 / 2),
            ("moving_poll", "preparing_view", 1 / 2),
            ("preparing_view", "client_view", 1.0),
            ("client_poll", "client_view", 1 / 2),
            ("order_every", "mend_within", 1 / 2),
            ("probe_interval", "mend_within", 1 / 2),
        )
        for smaller, larger, share in less:
            limit = getattr(self, larger) * share
            self._require(smaller, getattr(self, smaller) < limit, f"it must stay under {limit:g} s, set by {larger}")
        # A heartbeat that comes late must not let others take over from an owner that stands.
        beats = self.observed_lease() / 2
        rule = f"it must stay under {beats:g} s, half of owner_lease once probe_interval / 2 is off"
        self._require("heartbeat", self.heartbeat < beats, rule)
        # A writer whose renewal fails once, and is late, must have time for another, and to be fenced.
        least = self.writer_renewal + 2 * self.writer_call + self.writer_fence
        rule = f"it must be over {least:g} s: writer_renewal, twice writer_call, writer_fence"
        self._require("writer_lease", self.writer_lease > least, rule)
        # A plan stopped sooner could be set going again while views from before its mark still carry writes.
        least = 4 * self.client_wait()
        self._require("plan_total", self.plan_total > least, f"it must be over {least:g} s, 4 times a client's wait")

    def _require(self, name: str, holds: bool, rule: str) -> None:
        if not holds:
            value = self.electorates[name.split(".")[1]] if "." in name else getattr(self, name)
            raise ProtocolError(name, value, rule)

    def quorum(self, tier: str) -> int:
        """Count the votes that make a majority of the configured electorate, heard from or not."""
        return len(self.electorates[tier]) // 2 + 1

    def client_wait(self) -> float:
        """Seconds after which no client's view from before the mark can still carry a write."""
        return self.client_view + self.client_margin

    def prepared_wait(self) -> float:
        """Seconds to wait once every view was read while the tier was `preparing`."""
        return self.preparing_view + self.client_margin

    def lease_wait(self) -> float:
        """Seconds after which no database node can still hold a writer's lease, however its clock runs."""
        return self.writer_lease * CLOCKS_APART + self.writer_fence

    def observed_lease(self) -> float:
        """Seconds for which an observer lets an owner stand still.

        A turn may come a little early: without half a turn less, the lease would end a whole turn later.
        """
        return self.owner_lease - self.probe_interval / 2

    def turns_between_looks(self) -> int:
        """Count an observer's turns from one look at the values outside to the next.

        A difference waits up to that long to be seen, and then for ``order_every`` if another order has just gone.
        """
        return int((self.mend_within - self.order_every) / self.probe_interval)

    def scaled(self) -> "Protocol":
        """Return the same protocol with every time multiplied by ``time_scale`` (drills of many faults)."""
        times = {name: getattr(self, name) * self.time_scale for name in TIMES}
        return dataclasses.replace(self, **times, time_scale=1.0)

    def to_json(self) -> str:
        """Return compact JSON with sorted keys, the same from run to run."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Protocol":
        """Read what ``to_json`` wrote.

        Raises:
            ProtocolError: unsafe values.
            ValueError, TypeError: not JSON, or unknown names.
        """
        values = json.loads(text)
        values["electorates"] = {tier: tuple(voters) for tier, voters in values["electorates"].items()}
        return cls(**values)

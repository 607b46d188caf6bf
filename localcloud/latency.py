"""How long things take: one profile that every part of the embedded cloud reads."""

import random
import threading
from dataclasses import dataclass
from typing import Self, TypeAlias

from localcloud.linode.delays import LinodeDelays
from localcloud.request import Request

Range: TypeAlias = tuple[float, float]
LOCAL_KINDS = frozenset({"internal", "deployer"})
"""Callers that pay no latency: the cloud itself, and the set-up of a stack, which no figure is taken from."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Delays in seconds; a pair is the least and the most, drawn evenly. The defaults are those of ``none``."""

    inter_region_rtt_seconds: float = 0.0
    mrsc_write_seconds: float = 0.0
    mrsc_read_seconds: float = 0.0
    mrsc_no_majority_seconds: float = 0.0
    sns_to_sqs_seconds: float = 0.0
    queue_poller_seconds: Range = (0.0, 0.0)
    stream_poller_seconds: Range = (0.0, 0.0)
    schedule_jitter_seconds: Range = (0.0, 0.0)
    mrec_lag_seconds: Range = (0.0, 0.0)
    linode: LinodeDelays = LinodeDelays()  # noqa: RUF009 frozen

    @classmethod
    def named(cls, name: str) -> Self:
        """Give ``cloud`` (about what real regions show) or ``none`` (everything at once).

        Raises:
            ValueError: no profile has that name.
        """
        if name not in ("cloud", "none"):
            raise ValueError(f"no latency profile {name!r}; there are 'cloud' and 'none'")
        return cls._cloud() if name == "cloud" else cls()

    @classmethod
    def _cloud(cls) -> Self:
        return cls(
            inter_region_rtt_seconds=0.065,
            mrsc_write_seconds=0.150,
            mrsc_read_seconds=0.065,
            mrsc_no_majority_seconds=1.0,
            sns_to_sqs_seconds=0.2,
            queue_poller_seconds=(0.0, 1.0),
            # four times a second, as Lambda does (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html)
            stream_poller_seconds=(0.0, 0.5),
            schedule_jitter_seconds=(0.0, 25.0),
            mrec_lag_seconds=(0.5, 1.5),
            linode=LinodeDelays.cloud(),
        )

    def scaled(self, factor: float) -> Self:
        """Give the same profile with every delay multiplied."""
        return type(self)(
            inter_region_rtt_seconds=self.inter_region_rtt_seconds * factor,
            mrsc_write_seconds=self.mrsc_write_seconds * factor,
            mrsc_read_seconds=self.mrsc_read_seconds * factor,
            mrsc_no_majority_seconds=self.mrsc_no_majority_seconds * factor,
            sns_to_sqs_seconds=self.sns_to_sqs_seconds * factor,
            queue_poller_seconds=_scaled(self.queue_poller_seconds, factor),
            stream_poller_seconds=_scaled(self.stream_poller_seconds, factor),
            schedule_jitter_seconds=_scaled(self.schedule_jitter_seconds, factor),
            mrec_lag_seconds=_scaled(self.mrec_lag_seconds, factor),
            linode=self.linode.scaled(factor),
        )


def _scaled(between: Range, factor: float) -> Range:
    return between[0] * factor, between[1] * factor


class Latency:
    """Draws delays from a profile, the same ones for the same seed and order of draws."""

    def __init__(self, profile: Profile, seed: int = 0) -> None:
        self.profile = profile
        self._random = random.Random(seed)  # noqa: S311  (repeatable draws are the point)
        self._lock = threading.Lock()

    def draw(self, between: Range) -> float:
        """Draw a delay in seconds."""
        with self._lock:
            return self._random.uniform(*between)

    def one_way(self, request: Request) -> float:
        """Give the seconds a call travels to another region's service, or its answer back."""
        caller = request.caller
        near = caller.kind in LOCAL_KINDS or caller.region == request.region
        return 0.0 if near else self.profile.inter_region_rtt_seconds / 2

"""What a drill must reach to pass: limits on the figures of its result, kept in the experiment's file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Figure = int | float | None


class ThresholdError(ValueError):
    """A limit that cannot be understood; the message names it."""


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """Limits of one figure, both ends included; a figure that was not measured never passes."""

    figure: str
    at_most: float | None = None
    at_least: float | None = None

    def __post_init__(self) -> None:
        if self.at_most is None and self.at_least is None:
            raise ThresholdError(f"{self.figure} has no limit; give at_most, at_least or both")

    def words(self) -> str:
        """Return the limit as a reader would say it."""
        if self.at_most is not None and self.at_most == self.at_least:
            return f"exactly {self.at_most:g}"
        least = [f"at least {self.at_least:g}"] if self.at_least is not None else []
        return " and ".join([*least, *([f"at most {self.at_most:g}"] if self.at_most is not None else [])])

    def holds(self, value: Figure) -> bool:
        """Say whether a figure is within the limits."""
        if value is None:
            return False
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """One figure beside its limit."""

    threshold: Threshold
    value: Figure
    held: bool

    def words(self) -> str:
        """Return what was seen and what was expected, in one sentence."""
        seen = "was not measured" if self.value is None else f"is {self.value:g}"
        return f"{self.threshold.figure} {seen}, expected {self.threshold.words()}"


def read(limits: Mapping[str, Mapping[str, float]]) -> tuple[Threshold, ...]:
    """Read the experiment's limits, `{figure: {at_most: N, at_least: N}}`.

    Raises:
        ThresholdError: no limit at all, or an unknown kind of limit.
    """
    for figure, limit in limits.items():
        if unknown := set(limit) - {"at_most", "at_least"}:
            raise ThresholdError(f"{figure} has {', '.join(sorted(unknown))}; only at_most and at_least are known")
    return tuple(Threshold(figure=figure, **limit) for figure, limit in limits.items())


def judge(thresholds: Sequence[Threshold], figures: Mapping[str, Figure]) -> tuple[Judgement, ...]:
    """Hold each limit against its figure; one that is absent counts as not measured."""
    return tuple(
        Judgement(threshold=one, value=figures.get(one.figure), held=one.holds(figures.get(one.figure)))
        for one in thresholds
    )

"""The order in which a change reaches a running stack: the observers of one control region at a time, then the rest."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluation import Registration

OBSERVER = "lifeboat:aws:Observer"
REST = "the rest"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What one `pulumi up` changes. ``observer`` is the control region that must vote again before the next stage.

    A stage without an observer is the last one: everything that is left, and what has left the program too.
    """

    name: str
    observer: str | None
    urns: tuple[str, ...]


def rollout_stages(registrations: Sequence[Registration], control_regions: Sequence[str]) -> tuple[Stage, ...]:
    """Return the stages; their URNs are everything that was registered, each once.

    ``control_regions`` is the order in which observers are updated. An observer's stage has its component, all in it,
    and whatever those need that no earlier stage has: `pulumi up --target` refuses to create a thing without what it
    depends on (https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/).

    Raises:
        ValueError: a control region has no observer, or the stages would not take all that was registered.
    """
    known = {one.urn: one for one in registrations}
    taken: set[str] = set()
    stages: list[Stage] = []
    for region in control_regions:
        urns = _needed(_observer(region, registrations), known) - taken
        taken |= urns
        stages.append(Stage(name=f"observer in {region}", observer=region, urns=tuple(sorted(urns))))
    return (*stages, Stage(name=REST, observer=None, urns=tuple(sorted(known.keys() - taken))))


def update_order(control_regions: Sequence[str], primary: str, secondary: str) -> tuple[str, ...]:
    """Return the control regions, those without application data first and the primary last.

    What is wrong with a change shows first where it can hurt least.
    """
    return tuple(sorted(control_regions, key=lambda region: ((region == secondary) + 2 * (region == primary), region)))


def without(stages: Iterable[Stage], lost: Collection[str]) -> tuple[Stage, ...]:
    """Return the stages that can be carried out while regions are lost: none waits for an observer that is dark."""
    return tuple(stage for stage in stages if stage.observer not in lost)


def _observer(aws_region: str, registrations: Iterable[Registration]) -> set[str]:
    """Return the observer's component of a region and all that it is the parent of."""
    parents = {one.urn: one.parent for one in registrations}
    components = {one.urn for one in registrations if one.type == OBSERVER and one.name.endswith(f"aws-{aws_region}")}
    if not components:
        raise ValueError(f"the program declares no observer in {aws_region}; nothing can be rolled out in order")
    return {urn for urn in parents if components & {urn, *_ancestors(urn, parents)}}


def _ancestors(urn: str, parents: Mapping[str, str]) -> Iterator[str]:
    while urn := parents.get(urn, ""):
        yield urn


def _needed(wanted: Iterable[str], known: Mapping[str, Registration]) -> set[str]:
    """Return what is wanted and, again and again, what that depends on; the stack itself is no registration."""
    waiting, needed = list(wanted), set[str]()
    while waiting:
        urn = waiting.pop()
        if urn in known and urn not in needed:
            needed.add(urn)
            waiting += _needs(known[urn])
    return needed


def _needs(one: Registration) -> set[str]:
    return {
        one.parent,
        one.provider,
        *one.dependencies,
        *(urn for by in one.property_dependencies.values() for urn in by),
    }

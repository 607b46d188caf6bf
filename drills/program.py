"""The program evaluated while a plan runs: what `pulumi up` would register then (design law 8, run time's values)."""

from drills.running import current
from evaluation import Evaluation, Registration
from policy.declared import Declared
from policy.runtime_values import run_time_value


class RunTimeDeclared(Exception):
    """The program would write a value back that run time has moved."""


def evaluate_program() -> str:
    """Evaluate the program as it stands before anything happens."""
    drill = current()
    drill.declared = drill.operator.evaluate()
    return f"{len(drill.declared.registrations)} resources"


def evaluate_program_again() -> str:
    """Evaluate the program once more, and see it declare the same to the letter and no value of run time.

    Raises:
        RunTimeDeclared: it does not.
    """
    drill = current()
    again = drill.operator.evaluate()
    problems = [*run_time_values(again), *differences(drill.declared, again)]
    if problems:
        raise RunTimeDeclared("; ".join(problems))
    return f"{len(again.registrations)} resources, the same as before, none of them a value of run time"


def run_time_values(evaluation: Evaluation) -> list[str]:
    """Name the resources that would hold a value that run time moves."""
    return [f"{one.resource.name} {one.seen}" for one in run_time_value(Declared(evaluation.registrations))]


def differences(before: Evaluation | None, after: Evaluation) -> list[str]:
    """Name the resources that came, went or changed between two evaluations."""
    old, new = _by_urn(before), _by_urn(after)
    changed = (urn for urn in sorted(old.keys() | new.keys()) if old.get(urn) != new.get(urn))
    return [f"{urn.rpartition('::')[2]} changed" for urn in changed]


def _by_urn(evaluation: Evaluation | None) -> dict[str, Registration]:
    return {one.urn: one for one in evaluation.registrations} if evaluation else {}

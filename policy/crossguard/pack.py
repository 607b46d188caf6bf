"""One stack policy for each rule, and one that notes inputs for them."""

from collections.abc import Callable

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from evaluation import Value
from policy.crossguard.seen import STACK, plain_inputs, registration
from policy.judgement import judge
from policy.rule import Rule
from policy.rules import RULES

NAME = "lifeboat"
NOTES = "note-inputs"
Inputs = dict[str, dict[str, Value]]


def serve() -> None:
    """Answer the engine until it ends the process."""
    PolicyPack(name=NAME, policies=policies(), enforcement_level=EnforcementLevel.MANDATORY)


def policies() -> list[Policy]:
    """Return the pack's policies.

    An engine shows a whole stack by its resources' outputs, in which a provider reports more than it was given: the
    ARN of a replica in another region, a topic's default policy. It shows each resource's inputs first: they are noted.
    """
    inputs: Inputs = {}
    return [_notes(inputs), *(_stack_policy(rule, inputs) for rule in RULES)]


def _notes(inputs: Inputs) -> ResourceValidationPolicy:
    def note(args: ResourceValidationArgs, _report: ReportViolation) -> None:
        inputs[args.urn] = plain_inputs(args.props)

    description = "Notes what each resource is given, for the other rules; reports nothing."
    return ResourceValidationPolicy(
        name=NOTES, description=description, validate=note, enforcement_level=EnforcementLevel.ADVISORY
    )


def _stack_policy(rule: Rule, inputs: Inputs) -> StackValidationPolicy:
    return StackValidationPolicy(
        name=rule.id,
        description=rule.protects,
        validate=_validation(rule, inputs),
        enforcement_level=EnforcementLevel(rule.level.value),
        remediation_steps=rule.remedy,
    )


def _validation(rule: Rule, inputs: Inputs) -> Callable[[StackValidationArgs, ReportViolation], None]:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        # What an update leaves out, as `--exclude` does, is not shown with its inputs: its outputs must do.
        shown = [
            registration(one, inputs[one.urn] if one.urn in inputs else plain_inputs(one.props))
            for one in args.resources
            if one.resource_type != STACK
        ]
        for violation in judge(shown, rules=(rule,)).violations:
            report(violation.message, violation.finding.resource.urn)

    return validate

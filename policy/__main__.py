"""`python -m policy -s prod`: holds what the program declares against the rules, without an engine or a cloud."""

import json
from typing import Annotated

import pulumi
import typer
from rich.console import Console

from evaluation import Refused, committed
from policy.judgement import Judgement, judge
from policy.rules import RULES

CONSOLE = Console(highlight=False, soft_wrap=True)
# Exit codes of the command line: refused with why.
REFUSED = 1
Stacks = Annotated[list[str], typer.Option("--stack", "-s", help="A Pulumi.<stack>.yaml; may be given again.")]


def policy(
    stack: Stacks, as_json: Annotated[bool, typer.Option("--json", help="Violations and waivers as JSON.")] = False
) -> None:
    """Print what breaks a rule; exit 1 if a mandatory one is broken.

    Example: python -m policy -s staging -s prod
    """
    judgements = {name: _judged(name) for name in stack}
    if as_json:
        typer.echo(json.dumps({name: _document(one) for name, one in judgements.items()}, indent=2, sort_keys=True))
    else:
        for name, judgement in judgements.items():
            _show(name, judgement)
    if any(one.stops for one in judgements.values()):
        raise typer.Exit(REFUSED)


def _judged(stack: str) -> Judgement:
    try:
        return judge(committed(stack).registrations)
    except (Refused, pulumi.RunError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"refused: {error}", markup=False)
        raise typer.Exit(REFUSED) from error


def _show(stack: str, judgement: Judgement) -> None:
    for one in judgement.violations:
        CONSOLE.print(f"{stack}: {one.rule.level} {one.rule.id}: {one.message}", markup=False)
    found, waived = len(judgement.violations), len(judgement.waived)
    CONSOLE.print(f"{stack}: {len(RULES)} rules, {found} violations, {waived} waived with a reason", markup=False)


def _document(judgement: Judgement) -> dict[str, list[dict[str, str]]]:
    found = [
        {"rule": one.rule.id, "level": one.rule.level, "urn": one.finding.resource.urn, "message": one.message}
        for one in judgement.violations
    ]
    waived = [
        {"rule": one.rule.id, "urn": one.finding.resource.urn, "message": one.message, "reason": waiver.reason}
        for one, waiver in judgement.waived
    ]
    return {"violations": found, "waived": waived}


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.command()(policy)

if __name__ == "__main__":
    app(prog_name="policy")

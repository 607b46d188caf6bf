"""The options that verbs share, in groups. A verb takes a group as one argument; `verb` makes the command of it."""

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from ops.refusal import one_line

EXAMPLES = "Examples:"  # what follows them is printed line by line: Click's own mark is \b
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """What every verb is told."""

    stack: Annotated[str, typer.Option("--stack", "-s", help="local, staging, prod: a Pulumi.<stack>.yaml.")]
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False


@dataclass(frozen=True, kw_only=True)
class StackCall(Call):
    """What a verb about a deployed stack is told: where its outputs are, if Pulumi's state is away."""

    outputs: Annotated[
        Path | None,
        typer.Option(
            help="A file with the outputs, as `lifeboat outputs --json` prints them.", envvar="LIFEBOAT_OUTPUTS"
        ),
    ] = None
    control_table: Annotated[
        str | None, typer.Option(help="Read the outputs' offline copy in this table; with --control-region.")
    ] = None
    control_region: Annotated[str | None, typer.Option(help="Where to read it: any control region that is up.")] = None

    def __post_init__(self) -> None:
        if bool(self.control_table) != bool(self.control_region):
            raise typer.BadParameter("--control-table and --control-region go together")
        if self.outputs and self.control_table:
            raise typer.BadParameter("--outputs and --control-table name two sources; give one")


@dataclass(frozen=True, kw_only=True)
class TierCall(StackCall):
    """What a verb about one tier is told."""

    tier: Annotated[str, typer.Option(help="What fails over on its own.")] = "data"


@dataclass(frozen=True, kw_only=True)
class ChangeCall(TierCall):
    """What a verb that changes something is told."""

    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
    reason: Annotated[str, typer.Option(help="Why; it is kept with who did it.")] = ""


def duration_of(text: str) -> timedelta:
    """Read 30m, 4h, 2d.

    Raises:
        BadParameter: it is not such a text.
    """
    found = re.fullmatch(r"([1-9][0-9]{0,4})([smhd])", text)
    if not found:
        raise typer.BadParameter(f"{text!r} is no duration; write a whole number and s, m, h or d, as in 4h")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def verb(command: Callable[..., None]) -> Callable[..., None]:
    """Make a Typer command of a function: the one group among its arguments becomes the group's options.

    What can be expected to go wrong in it ends as one line, and as JSON where ``--json`` was given.
    """
    arguments = inspect.signature(command, eval_str=True).parameters
    groups: dict[str, type[Call]] = {
        name: one.annotation for name, one in arguments.items() if _is_group(one.annotation)
    }
    own = [one.replace(kind=one.KEYWORD_ONLY) for name, one in arguments.items() if name not in groups]

    @functools.wraps(command)
    def told(**given: object) -> None:
        made = {name: _made(group, given) for name, group in groups.items()}
        (call,) = made.values()
        changes = isinstance(call, ChangeCall) and not call.dry_run
        with one_line(call.as_json, call.stack, changes=changes):
            command(**made, **given)

    options = [*own, *(_option(one) for group in groups.values() for one in dataclasses.fields(group))]
    vars(told)["__signature__"] = inspect.Signature(options)
    told.__annotations__ = {one.name: one.annotation for one in options}
    told.__doc__ = inspect.cleandoc(command.__doc__ or "").replace(EXAMPLES, f"\b\n{EXAMPLES}")
    return told


def _is_group(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Call)


def _made(group: type[Call], given: dict[str, object]) -> Call:
    """Make a group of its options, taking them out of what was given."""
    return group(**{one.name: given.pop(one.name) for one in dataclasses.fields(group)})  # type: ignore[arg-type]


def _option(field: "dataclasses.Field[object]") -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=field.type)

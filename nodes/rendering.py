"""Files of a machine, made from facts and templates alone: the same facts give the same bytes, on any machine."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

TEXTS: Final = Path(__file__).parent / "templates" / "text"


class UnsafeFact(ValueError):
    """A fact that could say more than its own value in the file that it stands in."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MachineFile:
    """One file as it is to be on a machine. Secrets stand in none: files name the paths that they are read from."""

    path: str
    text: str
    mode: int = 0o644
    owner: str = "root"


def render(template: str, facts: "DataclassInstance") -> str:
    """Return a template's text, filled in with the fields of ``facts``, which is a frozen dataclass.

    Raises:
        UnsafeFact: a text has a line break, a quote, a ``$`` or another sign that some configuration language reads.
        jinja2.UndefinedError: the template names what the facts do not tell.
    """
    named = {field.name: getattr(facts, field.name) for field in dataclasses.fields(facts)}
    return _environment().get_template(template).render(named)


def _environment() -> Environment:
    return Environment(  # noqa: S701 - configuration files, no HTML
        loader=FileSystemLoader(TEXTS),
        undefined=StrictUndefined,
        finalize=_safe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _safe(value: object) -> object:
    text = str(value)
    if not text.isprintable() or any(sign in text for sign in "\"'\\`$;#{}%"):
        raise UnsafeFact(f"{text!r} may not stand in a configuration file: only plain signs on one line may")
    return value

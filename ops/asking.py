"""Asking the person who gives an order whether it is meant."""

import sys

import typer

from ops.options import ChangeCall
from ops.refusal import REFUSED, end


def confirmed(call: ChangeCall, question: str) -> None:
    """Go on with a reason and with ``--yes`` or a yes at a terminal.

    Raises:
        Ended: there is no reason, nobody to ask, or the answer is no.
    """
    if not call.reason:
        end(REFUSED, "refused: say why with --reason; it goes into the journal", "--reason 'INC-42: ...'")
    if not call.yes:
        _ask(question)


def confirmed_by_person(call: ChangeCall, question: str) -> None:
    """Ask at a terminal unless ``--yes`` was given; a script is let go on, as what follows can be taken back.

    Raises:
        Ended: the answer is no.
    """
    if not call.yes and sys.stdin.isatty():
        _ask(question)


def typed(wanted: str, question: str) -> None:
    """Go on only if the person types these very words at a terminal.

    Raises:
        Ended: there is no terminal, or other words came.
    """
    _need_terminal(f"type {wanted!r}")
    if typer.prompt(question, err=True) != wanted:
        end(REFUSED, f"refused: that was not {wanted!r}; nothing was done")


def _ask(question: str) -> None:
    _need_terminal("give --yes")
    if not typer.confirm(question, err=True):
        end(REFUSED, "refused: not confirmed; nothing was done")


def _need_terminal(instead: str) -> None:
    if not sys.stdin.isatty():
        end(REFUSED, "refused: there is no terminal to ask at", instead)

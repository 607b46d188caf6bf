"""A filled runbook as who is paged reads it: one command after the other, and what is to be seen after each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ops.runbook import SHELL_BLOCK, commands

CODE_SPAN = re.compile(r"`([^`\n]+)`")
SEEN = re.compile(r"^ *You see (.*?)(?:\.(?=\s)|\Z)", re.DOTALL | re.MULTILINE)
TOLD = re.compile(r"^\*\*You were told\*\* (.*?)\n\n", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command; ``sees`` are the ways it may end in: all that its output must hold then, with … for anything."""

    command: str
    sees: tuple[tuple[str, ...], ...]

    def exit_codes(self, output: str) -> set[int]:
        """Return with what a command may end whose terminal shows this, wherever its lines are broken; 1 is refused.

        Nothing, if it shows none of the ways whole.
        """
        shown = [way for way in self.sees if all(matches(seen, output) for seen in way)]
        return {int(any(seen.startswith("refused:") for seen in way)) for way in shown}


def matches(wanted: str, text: str) -> bool:
    """Find words in a text; … stands for anything, and any white space for any other."""
    pieces = [re.escape(" ".join(piece.split())) for piece in wanted.split("…")]
    return re.search(".*?".join(pieces), " ".join(text.split())) is not None


def steps(text: str) -> Iterator[Step]:
    """Return the commands in their order; what the words after a block say is seen after its last one."""
    blocks = list(SHELL_BLOCK.finditer(text))
    ends = [*(block.start() for block in blocks[1:]), len(text)]
    for block, end in zip(blocks, ends, strict=True):
        *before, last = commands(block[0])
        yield from (Step(command=command, sees=((),)) for command in before)
        said = SEEN.search(text[block.end() : end])
        yield Step(command=last, sees=_ways(said[1]) if said else ((),))


def _ways(said: str) -> tuple[tuple[str, ...], ...]:
    """Read "`this` and `that`, or `something else`"."""
    return tuple(tuple(CODE_SPAN.findall(way)) for way in said.split(", or "))


def symptoms(text: str) -> tuple[str, ...]:
    """Return the words of pages that lead to the runbook; none where people are told nothing."""
    told = TOLD.search(text)
    return tuple(CODE_SPAN.findall(told[1])) if told and not told[1].startswith("nothing") else ()


def named_elsewhere(text: str) -> tuple[str, ...]:
    """Return the commands in the running text: whole ones, that name the stack."""
    return tuple(span for span in CODE_SPAN.findall(SHELL_BLOCK.sub("", text)) if re.match(r"lifeboat .* -s ", span))

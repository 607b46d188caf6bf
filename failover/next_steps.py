"""What people are told to do next. A command of ours in it names the stack, so that it can be copied as it stands."""

import re
from typing import Final

COMMAND: Final = re.compile(r"\blifeboat ((secret|runbook) )?[a-z-]+")


def of_stack(next_step: str, stack: str) -> str:
    """Name the stack in each of our commands."""
    return COMMAND.sub(rf"\g<0> -s {stack}", next_step) if stack else next_step

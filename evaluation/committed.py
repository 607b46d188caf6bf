"""What the committed stacks register."""

import functools

from evaluation.program import Evaluation, evaluate


@functools.cache
def committed(stack: str, *, preview: bool = False) -> Evaluation:
    """Return what a stack registers as its file says, evaluated once in a process. Not to be changed.

    Raises: as ``evaluate``.
    """
    return evaluate(stack, preview=preview)

"""What the committed stacks register: evaluated once in a process of tests."""

import functools

from evaluation import Evaluation, evaluate


@functools.cache
def committed(stack: str, *, preview: bool = False) -> Evaluation:
    """Evaluate a stack as its file says. Not to be changed."""
    return evaluate(stack, preview=preview)

"""What a stack declares, for the verbs that tell it: a program that refuses its settings ends them in one line."""

import pulumi

from evaluation import Evaluation, Refused, committed
from ops.refusal import REFUSED, end


def declared(stack: str, *, preview: bool = False) -> Evaluation:
    """Return what the stack registers as its file says.

    Raises:
        Ended: the engine or the program would refuse it.
    """
    try:
        return committed(stack, preview=preview)
    except (Refused, pulumi.RunError) as error:
        end(REFUSED, f"refused: {error}", "mend what it names, then the same command again")

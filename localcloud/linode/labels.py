"""Names that people give things."""

import re
from collections.abc import Iterable

from localcloud.linode.body import Body
from localcloud.linode.refusals import invalid

SHAPE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|[-_.](?![-_.]))*")
LONGEST = 64


def label_of(body: Body, former: str, taken: Iterable[str], shortest: int = 3, longest: int = LONGEST) -> str:
    """Read a label: the former one if none is sent, and none that another has.

    Raises:
        Refused: too short or too long, of another shape, or taken (400, field ``label``).
    """
    label = body.text("label", former)
    if label == former:
        return label
    if not shortest <= len(label) <= longest:
        raise invalid(f"Length must be {shortest}-{longest} characters", body.field("label"))
    if not SHAPE.fullmatch(label):
        raise invalid("Label must start with a letter or digit and hold only those and single - _ .", "label")
    if label in taken:
        raise invalid("Label must be unique", body.field("label"))
    return label

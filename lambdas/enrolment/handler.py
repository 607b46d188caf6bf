"""Answers machines that call the function's URL. Anybody can call it: each request proves itself.

A call that this region cannot answer fails, so that an alarm tells; the machine goes on to the next region.
"""

import functools
import os

from lambdas.enrolment.call import read_call
from lambdas.enrolment.desk import Desk
from lambdas.enrolment.settings import Settings
from lambdas.enrolment.tools import build


@functools.cache
def desk() -> Desk:
    """Read the settings and make the clients, once per process."""
    return Desk(build(Settings.from_env(os.environ)))


def handle(event: object, _context: object) -> dict[str, object]:
    """Answer one call."""
    return desk().answer(read_call(event)).as_response()

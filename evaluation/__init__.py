"""Runs the program as the engine would when it creates a stack from nothing, and returns what it registers.

    from evaluation import evaluate
    evaluation = evaluate("prod", preview=True)

Creates nothing by itself; a `create` of the caller's may.
"""

from evaluation.archive import Archive
from evaluation.program import Evaluation, evaluate
from evaluation.project import ROOT
from evaluation.refused import Refused
from evaluation.registration import UNKNOWN, Create, Registration, Value

__all__ = ["ROOT", "UNKNOWN", "Archive", "Create", "Evaluation", "Refused", "Registration", "Value", "evaluate"]

"""Runs the program as the engine does when it creates a stack from nothing: ``evaluate("prod", preview=True)``."""

from evaluation.committed import committed
from evaluation.program import Evaluation, evaluate
from evaluation.project import ROOT, Refused
from evaluation.registration import UNKNOWN, Archive, Create, Registration, Value

__all__ = [
    "ROOT",
    "UNKNOWN",
    "Archive",
    "Create",
    "Evaluation",
    "Refused",
    "Registration",
    "Value",
    "committed",
    "evaluate",
]

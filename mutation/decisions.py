"""What is mutated: the code that decides, which takes values and returns values; and the tests that must notice."""

from collections.abc import Mapping
from typing import Final

EVERYTHING: Final = ("*",)
FUNCTIONS: Final = "x_*"  # a module's own functions, as mutmut names them
# By module of failover/, what decides in it. The rest of a module talks to AWS; other tests show what that does.
DECISIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "break_glass": EVERYTHING,
    "breaker": EVERYTHING,
    "canary": (FUNCTIONS, "*Lag*"),
    "client_view": (FUNCTIONS,),
    "decision": EVERYTHING,
    "due": EVERYTHING,
    "failures": EVERYTHING,
    "observation": EVERYTHING,
    "outside": (FUNCTIONS,),
    "protocol": EVERYTHING,
    "tier": EVERYTHING,
    "votes": EVERYTHING,
    "write_grants": EVERYTHING,
}
# Of these, a mutant meets those that call its function.
TESTS: Final = (
    "test_break_glass",
    "test_breaker",
    "test_canary",
    "test_client_view",
    "test_due",
    "test_failures",
    "test_observation",
    "test_observers_orders",
    "test_outside",
    "test_persons_orders",
    "test_protocol",
    "test_tier",
    "test_votes",
    "test_write_grants",
)


def patterns() -> list[str]:
    """Return what mutmut is asked to try."""
    return [f"failover.{module}.{part}" for module, parts in DECISIONS.items() for part in parts]

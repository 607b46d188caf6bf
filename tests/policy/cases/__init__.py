"""For each rule a small real program that breaks it, and the same one put right."""

from tests.policy.cases import (
    alarms,
    data,
    functions,
    leaks,
    network,
    permissions,
    recovery,
    regions,
    runtime_values,
    traffic,
)
from tests.policy.cases.case import Case

CASES: tuple[Case, ...] = (
    *recovery.CASES,
    *regions.CASES,
    *runtime_values.CASES,
    *data.CASES,
    *permissions.CASES,
    *leaks.CASES,
    *network.CASES,
    *traffic.CASES,
    *functions.CASES,
    *alarms.CASES,
)

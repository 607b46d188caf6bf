"""For each rule a small real program that breaks it, and the same one put right."""

from tests.policy.cases import (
    alarms,
    data,
    functions,
    ingress,
    leaks,
    machines,
    network,
    permissions,
    pools,
    recovery,
    regions,
    runtime_values,
    storage,
    traffic,
    users,
)
from tests.policy.cases.case import Case

CASES: tuple[Case, ...] = (
    *recovery.CASES,
    *regions.CASES,
    *runtime_values.CASES,
    *machines.CASES,
    *pools.CASES,
    *data.CASES,
    *storage.CASES,
    *permissions.CASES,
    *users.CASES,
    *leaks.CASES,
    *network.CASES,
    *traffic.CASES,
    *ingress.CASES,
    *functions.CASES,
    *alarms.CASES,
)

"""Every rule, in the order in which they are reported."""

from policy import (
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
from policy.rule import Rule

RULES: tuple[Rule, ...] = (
    *recovery.RULES,
    *regions.RULES,
    *runtime_values.RULES,
    *machines.RULES,
    *pools.RULES,
    *data.RULES,
    *storage.RULES,
    *permissions.RULES,
    *users.RULES,
    *leaks.RULES,
    *network.RULES,
    *traffic.RULES,
    *ingress.RULES,
    *functions.RULES,
    *alarms.RULES,
)

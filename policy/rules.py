"""Every rule, in the order in which they are reported."""

from policy import (
    alarms,
    data,
    functions,
    leaks,
    machines,
    network,
    permissions,
    recovery,
    regions,
    runtime_values,
    traffic,
)
from policy.rule import Rule

RULES: tuple[Rule, ...] = (
    *recovery.RULES,
    *regions.RULES,
    *runtime_values.RULES,
    *machines.RULES,
    *data.RULES,
    *permissions.RULES,
    *leaks.RULES,
    *network.RULES,
    *traffic.RULES,
    *functions.RULES,
    *alarms.RULES,
)

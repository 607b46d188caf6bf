"""What a stack tells its own functions of itself: where the tiers and the control plane are, and who votes."""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass

from evaluation import Registration
from policy.declared import FUNCTION, Declared, environment

# The variables that name other regions on purpose, and why.
NAMES_OTHER_REGIONS: Mapping[str, str] = {
    "PRIMARY_REGION_NAME": "a fixed role: where the data tier is",
    "SECONDARY_REGION_NAME": "a fixed role: where the data tier is",
    "PRIMARY_REGION": "a fixed role: what a replicator copies between",
    "SECONDARY_REGION": "a fixed role: what a replicator copies between",
    "CONTROL_REGIONS": "where the control table answers",
    "LIFEBOAT_INVENTORY": "where a look at readiness looks: everywhere",
    "LIFEBOAT_PROTOCOL": "the electorate: voters are named by region",
}


@dataclass(frozen=True)
class Told:
    """The functions' environments, all together."""

    declared: Declared

    @functools.cached_property
    def sites(self) -> frozenset[str]:
        """Return the regions that a plan of the data tier leaves."""
        return self._values("PRIMARY_REGION_NAME") | self._values("SECONDARY_REGION_NAME")

    @functools.cached_property
    def control_regions(self) -> frozenset[str]:
        """Return where the control plane runs."""
        return frozenset(one for value in self._values("CONTROL_REGIONS") for one in value.split(",") if one)

    @functools.cached_property
    def canaries(self) -> frozenset[str]:
        """Return the names of canary tables."""
        return self._values("PRIMARY_REGION_DDB_TABLE")

    @functools.cached_property
    def parameters(self) -> frozenset[str]:
        """Return the names of the SSM parameters that run time writes."""
        return self._values("ACTIVE_PARAMETER")

    @functools.cached_property
    def control_tables(self) -> frozenset[str]:
        """Return the names of control tables."""
        return self._values("CONTROL_TABLE")

    def recovery_functions(self) -> tuple[Registration, ...]:
        """Return the functions that take part in the control plane: they know its table, and carry no data over."""
        known = [(one, environment(one)) for one in self.declared.of_type(FUNCTION)]
        return tuple(one for one, told in known if "CONTROL_TABLE" in told and "PRIMARY_TABLE_NAME" not in told)

    def _values(self, variable: str) -> frozenset[str]:
        found = (environment(one).get(variable, "") for one in self.declared.of_type(FUNCTION))
        return frozenset(one for one in found if one)


def electorates(function: Registration) -> dict[str, list[str]]:
    """Return the voters of each tier, as a function is told; empty if it is told none."""
    protocol = environment(function).get("LIFEBOAT_PROTOCOL")
    found = json.loads(protocol).get("electorates", {}) if protocol else {}
    return {str(tier): [str(voter) for voter in voters] for tier, voters in found.items()}

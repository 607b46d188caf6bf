"""Values outside the control table that say who is active: compared with the row by value, and mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from failover.failures import code_of
from failover.fan_out import FanOut
from failover.sites import Sites
from failover.tier import Phase, TierRow

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

ABSENT: Final = ""


def wanted(row: TierRow, sites: Sites) -> str | None:
    """Return what the values must be, or ``None`` while a plan is still to decide it."""
    settled = row.phase is Phase.STEADY and row.step is None
    return sites.region(row.active) if settled else None


def differing(values: Mapping[str, object], wanted_value: str | None) -> list[str]:
    """Name the regions whose value was read and is another one; a region that did not answer is not known to differ."""
    if wanted_value is None:
        return []
    return [region for region, value in values.items() if isinstance(value, str) and value != wanted_value]


class ActiveParameter:
    """The SSM parameter that names the active region, one copy in each control region, owned by run time (law 8).

    Its clients are asked for by each call, in the caller's thread: what a cold start does first does not wait for them.
    """

    def __init__(self, name: str, clients: Callable[[], Mapping[str, SSMClient]], fan_out: FanOut) -> None:
        self._name = name
        self._clients = clients
        self._fan_out = fan_out

    def reads(self) -> Mapping[str, Callable[[], str]]:
        """Return one call per region, for a turn's fan-out; a missing parameter reads as `ABSENT`."""
        return {region: partial(self._read, client) for region, client in self._clients().items()}

    def read_all(self, seconds: float) -> Mapping[str, object]:
        """Read every copy; a region that fails gives its exception."""
        return self._fan_out(self.reads(), seconds)

    def write(self, regions: list[str], value: str, seconds: float) -> Mapping[str, str]:
        """Set the copies in these regions; return what went wrong, by region."""
        clients = self._clients()
        calls = {region: partial(self._write, clients[region], value) for region in regions}
        answers = self._fan_out(calls, seconds)
        return {region: code_of(answer) for region, answer in answers.items() if isinstance(answer, Exception)}

    @property
    def regions(self) -> list[str]:
        """The regions that hold a copy."""
        return list(self._clients())

    def _read(self, client: SSMClient) -> str:
        try:
            return client.get_parameter(Name=self._name)["Parameter"]["Value"]
        except client.exceptions.ParameterNotFound:
            return ABSENT

    def _write(self, client: SSMClient, value: str) -> None:
        client.put_parameter(Name=self._name, Value=value, Type="String", Overwrite=True)

"""The replicators of the loaded table as an operator sees them: their mappings, alarms, backlog and processes."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from drills.stack import LOADED_TABLE
from drills.table_client import Clients
from failover.sites import SITES, Site, Sites

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient

KILOBYTE = 1024
Backlog = Callable[[], Mapping[str, object]]
Sandboxes = Callable[[], Sequence[Mapping[str, object]]]


class ReplicatorClient:
    """One replicator in each site's region; ``backlog`` and ``sandboxes`` tell of all that the cloud runs."""

    def __init__(self, stack: str, sites: Sites, clients: Clients, backlog: Backlog, sandboxes: Sandboxes) -> None:
        self._stack = stack
        self._sites = sites
        self._clients = clients
        self._backlog = backlog
        self._sandboxes = sandboxes

    def narrow(self, lanes: int) -> None:
        """Let so many batches of each region's stream be on their way at once, instead of as many as are deployed."""
        for site in SITES.values():
            functions = cast("LambdaClient", self._clients("lambda", self._sites.region(site)))
            for one in functions.list_event_source_mappings(FunctionName=self._function)["EventSourceMappings"]:
                functions.update_event_source_mapping(UUID=one["UUID"], ParallelizationFactor=lanes)

    def waiting(self, site: Site) -> int:
        """Count the records of a region's streams that its replicators are not done with."""
        told = self._backlog().get(self._sites.region(site))
        return int(float(str(told["records"]))) if isinstance(told, Mapping) else 0

    def memory_mb(self) -> int:
        """Return the resident size of the largest process, 0 without any."""
        pids = [one["pid"] for one in self._sandboxes() if one["function"] == self._function]
        return max((_resident_kilobytes(str(pid)) for pid in pids), default=0) // KILOBYTE

    def alarm(self, site: Site, noun: str) -> str:
        """Return the state of one of the table's alarms in a site's region: OK, ALARM or INSUFFICIENT_DATA.

        Raises:
            KeyError: there is no such alarm.
        """
        alarms = cast("CloudWatchClient", self._clients("cloudwatch", self._sites.region(site)))
        name = f"lifeboat-{self._stack}-{LOADED_TABLE}-{noun}"
        found = {
            one["AlarmName"]: one["StateValue"] for one in alarms.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        }
        return found[name]

    @property
    def _function(self) -> str:
        return f"lifeboat-{self._stack}-stream-replicator-{LOADED_TABLE}"


def _resident_kilobytes(pid: str) -> int:
    """Read a process's own size, 0 for one that is gone (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(sizes[0]) if sizes else 0

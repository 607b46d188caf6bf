"""What an operator can still see and tell when the control table has no majority."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from failover import aws_clients, rows
from failover.break_glass import Glass, Known, Majority, majority
from failover.canary import Canary, CanaryItem
from failover.client_view import RowUnread, parse
from failover.clock import Clock
from failover.failures import AWS_ERRORS
from failover.fan_out import FanOut
from failover.outside import ActiveParameter
from failover.pages import Page, Severity
from failover.sites import Site, Sites
from ops.control_regions import CONNECT_SECONDS, READ_SECONDS, dynamodb
from ops.deployed import Deployed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DEADLINE_SECONDS: Final = 6.0
LOOKS: Final = 3
CANARY_OF: Final = "break-glass"
HEALTHY: Final = "ok"


class GlassLooks:
    """Looks and effects that need no control table."""

    def __init__(self, deployed: Deployed, tier: str, fan_out: FanOut, clock: Clock) -> None:
        self._deployed = deployed
        self._tier = tier
        self._fan_out = fan_out
        self._clock = clock
        self._clients = {region: dynamodb(region) for region in deployed.control_regions}
        self._canaries = _canary(deployed, clock)
        self._parameter = _parameter(deployed, fan_out)

    def majority(self) -> Majority:
        """Read the row consistently everywhere, a few times: a table that answers once has its majority."""
        seen = Majority.UNKNOWN
        for look in range(LOOKS):
            if look:
                self._clock.sleep(self._deployed.protocol.heartbeat)
            seen = majority(self._rows(consistent=True))
            if seen is Majority.THERE:
                break
        return seen

    def known(self) -> Known | None:
        """Return the row as the newest replica still shows it, however old; None if no replica shows any.

        A read that is not consistent decides nothing here: the forced epoch is far above any that it can have missed.
        """
        found = []
        for region, item in self._rows(consistent=False).items():
            try:
                view = parse(item, 0.0) if isinstance(item, Mapping) else None
            except RowUnread:
                continue
            if view:
                found.append(Known(epoch=view.epoch, active=view.active, source=f"replica in {region}"))
        return max(found, key=lambda known: known.epoch, default=None)

    def answer_of(self, site: Site) -> object:
        """Ask a site for a canary; return what it answered, or how it failed."""
        read = partial(self._canaries.read, self._deployed.sites.region(site))
        return self._fan_out({"site": read}, DEADLINE_SECONDS)["site"]

    def trouble_with(self, target: Site) -> str:
        """Write a canary through the target and read it back; return what went wrong, or nothing."""
        region = self._deployed.sites.region(target)
        try:
            counter = self._canaries.read(region).counter + 1
            self._canaries.write(region, counter)
            found = self._canaries.read(region).counter
        except AWS_ERRORS as error:
            return f"{region} does not take a canary: {error}"
        return "" if found >= counter else f"{region} took a canary and does not show it"

    def publish(self, target: Site) -> Mapping[str, str]:
        """Set the outside value in every control region; return what went wrong, by region."""
        value = self._deployed.sites.region(target)
        return self._parameter.write(self._parameter.regions, value, DEADLINE_SECONDS)

    def tell(self, glass: Glass) -> bool:
        """Page through the regions that can be reached; without the table each of them may tell people once."""
        topics: Mapping[str, str] = self._deployed.outputs.lifeboat["signalsTopicArns"]
        clients = {
            region: aws_clients.client("sns", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
            for region in topics
        }
        message = page(glass, self._deployed.sites).to_json()
        calls: dict[str, Callable[[], object]] = {
            region: partial(client.publish, TopicArn=topics[region], Message=message)
            for region, client in clients.items()
        }
        answers = self._fan_out(calls, DEADLINE_SECONDS)
        return any(not isinstance(answer, Exception) for answer in answers.values())

    def _rows(self, *, consistent: bool) -> Mapping[str, object]:
        table, tier = self._deployed.control_table, self._tier
        calls = {
            region: partial(_row, client, table, tier, consistent=consistent)
            for region, client in self._clients.items()
        }
        return self._fan_out(calls, DEADLINE_SECONDS)


def page(glass: Glass, sites: Sites) -> Page:
    """Say that somebody acted without the control table."""
    return Page(
        id=glass.id,
        tier=glass.tier,
        epoch=glass.epoch,
        severity=Severity.CRITICAL,
        summary=f"break-glass: {glass.tier} is told outside to be in {sites.region(glass.target)}",
        reason=f"{glass.reason}; the old site is off: {glass.proof}",
        next_step="clients write again after `lifeboat break-glass --merge`, once the control table has a majority",
        by=glass.by,
    )


def _row(client: "DynamoDBClient", table: str, tier: str, *, consistent: bool) -> object:
    answer = client.get_item(TableName=table, Key=rows.tier_key(tier), ConsistentRead=consistent)
    return answer.get("Item", {})


def _canary(deployed: Deployed, clock: Clock) -> Canary:
    item = CanaryItem(
        table=deployed.canary_table, item_id=f"{deployed.canary_item}#{CANARY_OF}", healthy_status=HEALTHY
    )
    regions = (deployed.sites.primary, deployed.sites.secondary)
    return Canary(item, {region: dynamodb(region) for region in regions}, clock)


def _parameter(deployed: Deployed, fan_out: FanOut) -> ActiveParameter:
    clients = {
        region: aws_clients.client("ssm", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        for region in deployed.control_regions
    }
    return ActiveParameter(deployed.active_parameter, lambda: clients, fan_out)

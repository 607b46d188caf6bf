"""What makes items of a `streams` table alike, wired to the stack: the epoch of the control row, the list of losers."""

from dataclasses import dataclass

from failover import aws_clients
from failover.clock import SystemClock
from failover.control_table import ControlTable, TierRowMissing
from failover.journal import Entry
from failover.replication.delivery import Delivery
from failover.replication.epochs import Epochs
from failover.replication.losers import LoserTable
from failover.replication.meetings import Rules
from failover.replication.source import EpochOf, Source
from failover.resync.settler import Settler, Way
from failover.sites import SITES, Site, other
from ops.control_regions import dynamodb
from ops.deployed import Deployed, whoami
from ops.options import ChangeCall
from ops.refusal import CannotReach
from ops.table_options import Settling
from ops.table_pair import CONNECT_SECONDS, CONNECTIONS, READ_SECONDS, TablePair

DAY_SECONDS = 86_400
WRITERS = 48


def active_site(control: ControlTable, tier: str) -> Site | None:
    """Say where the tier is active; ``None`` before it was ever armed."""
    try:
        return control.row(tier).active
    except TierRowMissing:
        return None


def settler_of(deployed: Deployed, pair: TablePair, options: Settling, first: Site, tier: str) -> Settler:
    """Wire both directions.

    Raises:
        CannotReach: nobody says what stays in its region, where losers are kept, or by what tombstones expire.
    """
    if not pair.says_what_is_excluded:
        why = f"the outputs do not say which attributes of {pair.name} must not leave their region"
        raise CannotReach(why, "--excluded NAMES, or --excluded '' if none")
    if not pair.ttl_attribute:
        raise CannotReach(f"{pair.name} has no TTL, by which tombstones expire", "--ttl-attribute NAME")
    losers = pair.declared.get("losersTable") or options.losers_table or _losers_table(deployed)
    control = {region: dynamodb(region) for region in deployed.control_regions}
    epochs = Epochs(control, deployed.control_table, SystemClock(), tier)
    rules = Rules(ttl_attribute=pair.ttl_attribute, excluded=pair.excluded)
    seconds = int(pair.declared.get("tombstoneSeconds") or options.tombstone_days * DAY_SECONDS)
    ways = {site: _way(deployed, pair, site, rules, _Ways(losers, epochs.of, seconds)) for site in SITES.values()}
    return Settler(tables=pair.tables, ways=ways, rules=rules, first=first, at=pair.now, patience=pair.patience)


@dataclass(frozen=True)
class _Ways:
    """What both directions have in common."""

    losers_table: str
    epoch_of: EpochOf
    tombstone_seconds: int


def _losers_table(deployed: Deployed) -> str:
    if deployed.inventory is None:
        raise CannotReach("the outputs do not say where overruled writes are listed", "--losers-table NAME")
    return deployed.inventory.named("losers")


def _way(deployed: Deployed, pair: TablePair, site: Site, rules: Rules, ways: _Ways) -> Way:
    """Losers are kept at the site that a change comes from, as the replicator keeps them."""
    here, there, key_name = pair.tables[site], pair.tables[other(site)], pair.key_names[0]
    kept = aws_clients.client(
        "dynamodb",
        deployed.sites.region(site),
        connect_seconds=CONNECT_SECONDS,
        read_seconds=READ_SECONDS,
        connections=CONNECTIONS,
    )
    losers = LoserTable(kept, ways.losers_table)
    source = Source(
        client=here.client,
        table=here.name,
        key_name=key_name,
        here=site,
        rules=rules,
        losers=losers,
        epoch_of=ways.epoch_of,
        tombstone_seconds=ways.tombstone_seconds,
    )
    delivery = Delivery(client=there.client, table=there.name, key_name=key_name, rules=rules, losers=losers)
    return Way(source=source, delivery=delivery, losers=losers)


def only_streams(deployed: Deployed, verb: str) -> None:
    """Leave tables alone that DynamoDB replicates.

    Raises:
        CannotReach: the stack's are.
    """
    if deployed.mode != "streams":
        raise CannotReach(f"{verb} is for mode streams; DynamoDB itself replicates the tables of mode {deployed.mode}")


def journal_of(table: str) -> str:
    """Name the journal that keeps who resynchronised a table, and why."""
    return f"{table}-resync"


def noted(call: ChangeCall, control: ControlTable, verb: str, table: str) -> None:
    """Keep who does what to a table, and why, before it is done."""
    now = control.time.now()
    entry = Entry(
        plan_id=journal_of(table),
        number=int(now.timestamp()),
        step=verb,
        owner=whoami(),
        started_at=now,
        finished_at=now,
        outcome="ordered",
        detail=call.reason,
    )
    control.write_entries([entry.item()])

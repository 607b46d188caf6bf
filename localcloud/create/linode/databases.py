"""Managed Databases: created, waited for, and given a window for patches.

What one logs in with is no output here, and neither is the authority's certificate: the provider keeps both in its
state, and nothing may come to depend on that.
https://github.com/linode/terraform-provider-linode/blob/dev/linode/databasepostgresqlv2/framework_resource.go
"""

from collections.abc import Mapping
from functools import partial

from evaluation import Value
from localcloud.create.creation import Created
from localcloud.create.linode.api import Told
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of, inner
from localcloud.create.linode.given import Given, outputs, snake

PLAIN = ("label", "region", "type", "clusterSize")
SHOWN = (
    "label",
    "region",
    "type",
    "cluster_size",
    "engine",
    "version",
    "status",
    "port",
    "platform",
    "encrypted",
    "ssl_connection",
    "members",
    "oldest_restore_time",
    "created",
    "updated",
)
WINDOW = ("dayOfWeek", "duration", "frequency", "hourOfDay")
SETTING = "engineConfig"
GROUPS = {"Pglookout": "pglookout", "PgPg": None, "PgStatMonitorEnable": "", "Pg": "pg", "Mysql": "mysql"}
"""How settings begin, and the API's group of those; None: extensions of PostgreSQL, which are refused."""


def database(engine: str, creation: LinodeCreation) -> Created:
    """Create a database and wait until it is active, which at Linode takes up to half an hour."""
    given, path = creation.given, f"/databases/{engine}/instances"
    told = creation.make(path, _body(given))
    one = f"{path}/{told['id']}"
    told = _with_status(creation, one, "active")
    if "updates" in given:
        told = creation.api.put(one, {"updates": {**given.part("updates").fields(*WINDOW)}})
    if given.flag("suspended", default=False):
        creation.api.post(f"{one}/suspend")
        told = _with_status(creation, one, "suspended")
    given.value("timeouts")  # for how long the provider waits is its own affair
    return id_of(told), _outputs(told)


def _with_status(creation: LinodeCreation, path: str, status: str) -> Told:
    def is_ready(told: Told) -> bool:
        creation.check_jobs("database", told["id"])
        return told["status"] == status

    return creation.wait_until(path, is_ready)


def _body(given: Given) -> dict[str, Value]:
    body = {**given.fields(*PLAIN), "engine": given.value("engineId")}
    if "allowLists" in given:
        body["allow_list"] = given.value("allowLists")
    if "privateNetwork" in given:
        body["private_network"] = {**given.part("privateNetwork").fields("vpcId", "subnetId", "publicAccess")}
    if "forkSource" in given:
        times = {"restore_time": given.value("forkRestoreTime")} if "forkRestoreTime" in given else {}
        body["fork"] = {"source": given.value("forkSource"), **times}
    return {**body, "engine_config": _settings(given)}


def _settings(given: Given) -> Value:
    """Spell an engine's settings as the API groups them: ``{"pg": {"max_wal_senders": 20}, "work_mem": 8}``."""
    single: dict[str, Value] = {}
    grouped: dict[str, dict[str, Value]] = {}
    for name in (name for name in given.names() if name.startswith(SETTING)):
        rest = name.removeprefix(SETTING)
        start = next((start for start in GROUPS if rest.startswith(start)), "")
        group = GROUPS.get(start, "")
        if group:
            grouped.setdefault(group, {})[snake(rest.removeprefix(start))] = given.value(name)
        elif group == "":
            single[snake(rest)] = given.value(name)
    return {**single, **grouped}


def _outputs(told: Told) -> dict[str, Value]:
    hosts = inner(told["hosts"])
    network = inner(told["private_network"])
    return {
        **outputs(told, *SHOWN),
        "hostPrimary": hosts["primary"],
        "hostSecondary": hosts["standby"],
        "hostStandby": hosts["standby"],
        "updates": outputs(inner(told["updates"]), *map(snake, WINDOW)),
        **({"privateNetwork": outputs(network, "vpc_id", "subnet_id", "public_access")} if network else {}),
    }


CREATORS: Mapping[str, Creator] = {
    "linode:index/databasePostgresqlV2:DatabasePostgresqlV2": partial(database, "postgresql"),
    "linode:index/databaseMysqlV2:DatabaseMysqlV2": partial(database, "mysql"),
}

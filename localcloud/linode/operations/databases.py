"""Managed Databases: they are kept and shown; nothing answers at their hosts.

https://techdocs.akamai.com/linode-api/reference/post-databases-postgre-sql-instances
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.catalogue import REGIONS, TYPES
from localcloud.linode.databases import (
    CLUSTER_SIZES,
    MYSQL,
    POSTGRESQL,
    Engine,
    read_allow_list,
    read_network,
    read_settings,
    read_version,
    read_window,
    shown_database,
)
from localcloud.linode.entities.database import Database, DatabaseStatus, Fork
from localcloud.linode.events import note
from localcloud.linode.jobs import Job
from localcloud.linode.json_values import EMPTY, Json
from localcloud.linode.labels import label_of
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, Route, change, collection, view
from localcloud.linode.shown import as_entity

CERTIFICATE = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="
"""Base64, as the API shows it, of the first line of one: nothing here checks any."""

PASSWORD_BYTES = 16


def _database(engine: Engine, call: Call) -> Database:
    database = call.account.databases.need(call.id(f"{engine.name}InstanceId"))
    if database.engine != engine.name:
        raise not_found()
    return database


def _list(engine: Engine, call: Call) -> Json:
    return [shown_database(each) for each in call.account.databases if each.engine == engine.name]


def _create(engine: Engine, call: Call) -> Json:
    account, body, now = call.account, call.body, call.account.now()
    account.check_quota("databases", len(account.databases))
    region = body.choice("region", REGIONS, body.needed("region"))
    database = Database(
        id=account.new_id(),
        engine=engine.name,
        version=read_version(engine, body),
        label=_label(account, body),
        region=region,
        type=body.choice("type", TYPES, body.needed("type")),
        cluster_size=_size(body, 1),
        created=now,
        updated=now,
        username=engine.user,
        password=secrets.token_urlsafe(PASSWORD_BYTES),
        allow_list=read_allow_list(body, ()),
        engine_config=read_settings(engine, body, {}),
        private_network=read_network(account, body, region),
        fork=_fork(engine, call),
    )
    account.databases.put(database.id, database)
    _start(call, database, "database_create", "active", failed="failed")
    return shown_database(database)


def _label(account: Account, body: Body) -> str:
    body.needed("label")
    return label_of(body, "", (each.label for each in account.databases), longest=32)


def _size(body: Body, former: int) -> int:
    size = body.integer("cluster_size", former)
    if size not in CLUSTER_SIZES:
        raise invalid(f"cluster_size must be one of {', '.join(map(str, CLUSTER_SIZES))}", "cluster_size")
    return size


def _fork(engine: Engine, call: Call) -> Fork | None:
    """Read which database's backup to begin with: one of the same engine."""
    if "fork" not in call.body:
        return None
    sent = call.body.part("fork")
    source = call.account.databases.get(sent.needed_integer("source"))
    if source is None or source.engine != engine.name:
        raise invalid(f"There is no {engine.name} database to fork", "fork.source")
    return Fork(source=source.id, restore_time=sent.text("restore_time") or None)


def _start(
    call: Call, database: Database, action: str, status: DatabaseStatus, failed: DatabaseStatus = "active"
) -> None:
    """Have work done, after which a database has a status; another one if the work fails."""
    account, seconds = call.account, call.jobs.delays.provision_seconds

    def become(after: DatabaseStatus) -> None:
        known = account.databases.get(database.id)
        if known is not None:
            account.databases.put(known.id, replace(known, status=after, updated=account.now()))

    done, gone = partial(become, status), partial(become, failed)
    entity = as_entity(database)
    call.jobs.start(Job(action=action, region=database.region, entity=entity, seconds=seconds, done=done, failed=gone))


def _update(engine: Engine, call: Call) -> Json:
    """Change what is sent; another plan or size takes time."""
    former, body, account = _active(engine, call), call.body, call.account
    size, plan = _size(body, former.cluster_size), body.choice("type", TYPES, former.type)
    resized = (size, plan) != (former.cluster_size, former.type)
    changed = replace(
        former,
        label=label_of(body, former.label, (each.label for each in account.databases), longest=32),
        type=plan,
        cluster_size=size,
        version=body.choice("version", engine.versions, former.version),
        allow_list=read_allow_list(body, former.allow_list),
        engine_config=read_settings(engine, body, former.engine_config),
        private_network=read_network(account, body, former.region) or former.private_network,
        window=read_window(body, former.window),
        status="resizing" if resized else "active",
        updated=account.now(),
    )
    account.databases.put(former.id, changed)
    if resized:
        _start(call, changed, "database_resize", "active")
    else:
        note(account, "database_update", as_entity(changed))
    return shown_database(changed)


def _active(engine: Engine, call: Call) -> Database:
    database = _database(engine, call)
    if database.status != "active":
        raise invalid(f"The database is {database.status}, not active")
    return database


def _suspend(engine: Engine, call: Call) -> Json:
    database = _active(engine, call)
    call.account.databases.put(database.id, replace(database, status="suspending"))
    _start(call, database, "database_suspend", "suspended")
    return EMPTY


def _resume(engine: Engine, call: Call) -> Json:
    database = _database(engine, call)
    if database.status != "suspended":
        raise invalid(f"The database is {database.status}, not suspended")
    call.account.databases.put(database.id, replace(database, status="resuming"))
    _start(call, database, "database_resume", "active", failed="suspended")
    return EMPTY


def _delete(engine: Engine, call: Call) -> Json:
    database = call.account.databases.remove(_database(engine, call).id)
    note(call.account, "database_delete", as_entity(database))
    return EMPTY


def _credentials(engine: Engine, call: Call) -> Json:
    database = _database(engine, call)
    return {"username": database.username, "password": database.password}


def _reset(engine: Engine, call: Call) -> Json:
    database = _active(engine, call)
    renewed = replace(database, password=secrets.token_urlsafe(PASSWORD_BYTES))
    call.account.databases.put(database.id, renewed)
    note(call.account, "database_credentials_reset", as_entity(database))
    return EMPTY


def _certificate(engine: Engine, call: Call) -> Json:
    _database(engine, call)
    return {"ca_certificate": CERTIFICATE}


def _everything(call: Call) -> Json:
    """List databases of all engines, each with where it is."""
    return [_with_uri(each) for each in call.account.databases]


def _with_uri(database: Database) -> Json:
    hidden = ("connection_pool_port",)
    shown = {name: value for name, value in shown_database(database).items() if name not in hidden}
    uri = f"/v4/databases/{database.engine}/instances/{database.id}"
    return {**shown, "instance_uri": uri, "available_restore_times": []}


EngineAnswer: TypeAlias = Callable[[Engine, Call], Json]
READ, FILTERS = "databases:read_only", "engine label platform region status type version"


def _of_engine(engine: Engine, spelled: str, ssl: str) -> tuple[Route, ...]:
    """Declare the operations on an engine's databases, which the reference spells in its own ways."""
    all_, name = f"/databases/{engine.name}/instances", f"databases-{spelled}-instance"
    one = f"{all_}/{{{engine.name}InstanceId}}"
    changes: dict[str, tuple[str, EngineAnswer]] = {
        f"post-{name}s": (f"POST {all_}", _create),
        f"put-{name}": (f"PUT {one}", _update),
        f"delete-{name}": (f"DELETE {one}", _delete),
        f"post-{name}-credentials-reset": (f"POST {one}/credentials/reset", _reset),
        f"suspend-{name}": (f"POST {one}/suspend", _suspend),
        f"resume-{name}": (f"POST {one}/resume", _resume),
    }
    return (
        collection(f"get-{name}s", all_, READ, partial(_list, engine), FILTERS),
        view(f"get-{name}", one, READ, lambda call: shown_database(_database(engine, call))),
        view(f"get-{name}-credentials", f"{one}/credentials", "databases:read_write", partial(_credentials, engine)),
        view(ssl, f"{one}/ssl", READ, partial(_certificate, engine)),
        *(change(named, path, "databases", partial(answer, engine)) for named, (path, answer) in changes.items()),
    )


ROUTES = (
    collection("get-databases-instances", "/databases/instances", READ, _everything, FILTERS),
    *_of_engine(MYSQL, "mysql", "get-databases-mysql-instance-ssl"),
    *_of_engine(POSTGRESQL, "postgre-sql", "get-databases-postgresql-instance-ssl"),
)

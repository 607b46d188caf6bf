"""Domains and their records."""

from dataclasses import asdict, replace

from localcloud.linode.account import Account
from localcloud.linode.body import Body
from localcloud.linode.entities.domain import Domain
from localcloud.linode.events import note
from localcloud.linode.json_values import EMPTY, Json
from localcloud.linode.publication import whole_name
from localcloud.linode.refusals import invalid
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity

STATUSES = ("active", "disabled", "edit_mode")
SECONDS = (
    30, 120, 300, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 345600, 604800, 1209600, 2419200,
)  # fmt: skip
"""The times to live and intervals there are; others become the next longer one, the longest at most.

https://techdocs.akamai.com/linode-api/reference/post-domain-record
"""


def rounded(seconds: int) -> int:
    """Give the time to live that the service makes of one; 0 stands for its default and stays."""
    return next((allowed for allowed in SECONDS if allowed >= seconds), SECONDS[-1]) if seconds else 0


def _read(body: Body, former: Domain) -> Domain:
    """Read what is sent of a domain; the rest stays.

    Raises:
        Refused: a value that the service does not take.
    """
    read = replace(
        former,
        domain=body.text("domain", former.domain).lower(),
        soa_email=body.text("soa_email", former.soa_email),
        description=body.text("description", former.description),
        status=body.choice("status", STATUSES, former.status),
        group=body.text("group", former.group),
        refresh_sec=rounded(body.integer("refresh_sec", former.refresh_sec)),
        retry_sec=rounded(body.integer("retry_sec", former.retry_sec)),
        expire_sec=rounded(body.integer("expire_sec", former.expire_sec)),
        ttl_sec=rounded(body.integer("ttl_sec", former.ttl_sec)),
        master_ips=body.texts("master_ips", former.master_ips),
        axfr_ips=body.texts("axfr_ips", former.axfr_ips),
        tags=body.texts("tags", former.tags),
    )
    if read.type == "master" and "@" not in read.soa_email:
        raise invalid("soa_email required when type=master", "soa_email")
    if read.type == "slave" and not read.master_ips:
        raise invalid("You need at least one master DNS server IP address for this zone.", "master_ips")
    return read


def _create(call: Call) -> Json:
    name = call.body.needed("domain").lower()
    kind = call.body.choice("type", ("master", "slave"), "master")
    _check_new(call.account, name)
    domain = _read(call.body, Domain(id=call.account.new_id(), domain=name, type=kind))
    note(call.account, "domain_create", as_entity(domain))
    return _kept(call, domain)


def _check_new(account: Account, name: str) -> None:
    account.check_quota("domains", len(account.domains))
    if "." not in name or name != name.strip(".- "):
        raise invalid("Domain is not valid", "domain")
    if any(each.domain == name for each in account.domains):
        raise invalid("DNS zone already exists.", "domain")


def _kept(call: Call, domain: Domain) -> Json:
    call.account.domains.put(domain.id, domain)
    _publish(call, domain.id)
    return asdict(domain)


def _publish(call: Call, domain_id: int) -> None:
    records = call.account.records.where(lambda record: record.domain_id == domain_id)
    call.publication.tell(call.account.domains.need(domain_id), records)


def _update(call: Call) -> Json:
    former = _domain(call)
    changed = _read(call.body, former)
    if changed.domain != former.domain:
        call.publication.tell_gone(former)
    note(call.account, "domain_update", as_entity(changed))
    return _kept(call, changed)


def _delete(call: Call) -> Json:
    domain = call.account.domains.remove(call.id("domainId"))
    for record in call.account.records.where(lambda each: each.domain_id == domain.id):
        call.account.records.remove(record.id)
    call.publication.tell_gone(domain)
    note(call.account, "domain_delete", as_entity(domain))
    return EMPTY


def _clone(call: Call) -> Json:
    former, name = _domain(call), call.body.needed("domain").lower()
    _check_new(call.account, name)
    domain = replace(former, id=call.account.new_id(), domain=name)
    for record in call.account.records.where(lambda each: each.domain_id == former.id):
        copied = replace(record, id=call.account.new_id(), domain_id=domain.id)
        call.account.records.put(copied.id, copied)
    note(call.account, "domain_create", as_entity(domain))
    return _kept(call, domain)


def _zone_file(call: Call) -> Json:
    domain = _domain(call)
    records = call.account.records.where(lambda each: each.domain_id == domain.id)
    lines = [f"; {domain.domain} [{domain.id}]", f"$TTL {domain.ttl_sec or 86400}"]
    told = (f"{whole_name(domain.domain, each)}. {each.ttl_sec or ''} IN {each.type} {each.target}" for each in records)
    return {"zone_file": [*lines, *told]}


def _domain(call: Call) -> Domain:
    return call.account.domains.need(call.id("domainId"))


ONE = "/domains/{domainId}"
ROUTES = (
    collection(
        "get-domains",
        "/domains",
        "domains:read_only",
        lambda call: [asdict(each) for each in call.account.domains],
        "domain group tags",
    ),
    change("post-domain", "POST /domains", "domains", _create),
    view("get-domain", ONE, "domains:read_only", lambda call: asdict(_domain(call))),
    change("put-domain", f"PUT {ONE}", "domains", _update),
    change("delete-domain", f"DELETE {ONE}", "domains", _delete),
    change("post-clone-domain", f"POST {ONE}/clone", "domains", _clone),
    view("get-domain-zone", f"{ONE}/zone-file", "domains:read_only", _zone_file),
)

"""The records of a domain."""

from dataclasses import asdict, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from localcloud.linode.body import Body
from localcloud.linode.entities.domain import Domain, Record
from localcloud.linode.events import note
from localcloud.linode.json_values import EMPTY, Json, Object
from localcloud.linode.operations.domains import rounded
from localcloud.linode.refusals import invalid, not_found
from localcloud.linode.routes import Call, change, collection, view
from localcloud.linode.shown import as_entity

TYPES = ("A", "AAAA", "NS", "MX", "CNAME", "TXT", "SRV", "PTR", "CAA")
TAGS = ("issue", "issuewild", "iodef")
MOST_RECORDS = 12000
"""Of one domain (https://techdocs.akamai.com/linode-api/reference/post-domain-record)."""


def _read(body: Body, domain: Domain, former: Record) -> Record:
    """Read what is sent of a record; the rest stays.

    Raises:
        Refused: a value that the service does not take.
    """
    record = replace(
        former,
        name=_relative(body.text("name", former.name), domain.domain),
        target=body.text("target", former.target).rstrip("."),
        priority=body.integer("priority", former.priority, most=255),
        weight=body.integer("weight", former.weight, most=65535),
        port=body.integer("port", former.port, most=65535),
        service=_underscored(body.text("service", former.service or "")),
        protocol=_underscored(body.text("protocol", former.protocol or "")),
        tag=body.choice("tag", TAGS, former.tag or "issue") if former.type == "CAA" else None,
        ttl_sec=rounded(body.integer("ttl_sec", former.ttl_sec)),
    )
    _check_target(record)
    return record


def _relative(name: str, zone: str) -> str:
    """Give a name without the zone's at its end, which people may send as well."""
    lower = name.rstrip(".")
    return "" if lower == zone else lower.removesuffix(f".{zone}")


def _underscored(text: str) -> str | None:
    return f"_{text.lstrip('_')}" if text else None


def _check_target(record: Record) -> None:
    families = {"A": IPv4Address, "AAAA": IPv6Address}
    if record.type == "SRV" and not (record.service and record.protocol):
        raise invalid("service and protocol are required", "service")
    if not record.target and record.type not in ("MX", "SRV"):
        raise invalid("target is required", "target")
    if record.type in families:
        try:
            families[record.type](record.target)
        except AddressValueError:
            raise invalid(f"Target is not a valid {record.type} address", "target") from None


def _create(call: Call) -> Json:
    domain = _domain(call)
    if domain.type == "slave":
        raise invalid("Slave domains cannot have records")
    kind = call.body.needed("type")
    if kind not in TYPES:
        raise invalid(f"type must be one of {', '.join(TYPES)}", "type")
    others = call.account.records.where(lambda each: each.domain_id == domain.id)
    if len(others) >= MOST_RECORDS:
        raise invalid(f"A domain may have {MOST_RECORDS} records")
    now = call.account.now()
    blank = Record(id=call.account.new_id(), domain_id=domain.id, type=kind, created=now, updated=now)
    record = _read(call.body, domain, blank)
    _check_alias(record, others)
    note(call.account, "domain_record_create", as_entity(domain))
    return _kept(call, domain, record)


def _check_alias(record: Record, others: list[Record]) -> None:
    """Refuse an alias beside another record of its name, as DNS does (RFC 1034, 3.6.2)."""
    same = [each.type for each in others if each.name == record.name and each.id != record.id]
    if "CNAME" in same or (record.type == "CNAME" and same):
        raise invalid("A CNAME must be the only record of its name", "name")


def _kept(call: Call, domain: Domain, record: Record) -> Json:
    call.account.records.put(record.id, record)
    _publish(call, domain)
    return _shown(record)


def _publish(call: Call, domain: Domain) -> None:
    call.publication.tell(domain, call.account.records.where(lambda each: each.domain_id == domain.id))


def _shown(record: Record) -> Object:
    fields: dict[str, Json] = asdict(record)
    name = whole if record.type == "SRV" and (whole := f"{record.service}.{record.protocol}") else record.name
    return {key: value for key, value in fields.items() if key != "domain_id"} | {"name": name}


def _update(call: Call) -> Json:
    domain, former = _domain(call), _record(call)
    changed = replace(_read(call.body, domain, former), updated=call.account.now())
    _check_alias(changed, call.account.records.where(lambda each: each.domain_id == domain.id))
    note(call.account, "domain_record_update", as_entity(domain))
    return _kept(call, domain, changed)


def _delete(call: Call) -> Json:
    domain = _domain(call)
    call.account.records.remove(_record(call).id)
    _publish(call, domain)
    note(call.account, "domain_record_delete", as_entity(domain))
    return EMPTY


def _domain(call: Call) -> Domain:
    return call.account.domains.need(call.id("domainId"))


def _record(call: Call) -> Record:
    record = call.account.records.need(call.id("recordId"))
    if record.domain_id != call.id("domainId"):
        raise not_found()
    return record


def _list(call: Call) -> Json:
    domain = _domain(call)
    return [_shown(each) for each in call.account.records.where(lambda each: each.domain_id == domain.id)]


ALL, ONE = "/domains/{domainId}/records", "/domains/{domainId}/records/{recordId}"
ROUTES = (
    collection("get-domain-records", ALL, "domains:read_only", _list, "name tag target type"),
    change("post-domain-record", f"POST {ALL}", "domains", _create),
    view("get-domain-record", ONE, "domains:read_only", lambda call: _shown(_record(call))),
    change("put-domain-record", f"PUT {ONE}", "domains", _update),
    change("delete-domain-record", f"DELETE {ONE}", "domains", _delete),
)

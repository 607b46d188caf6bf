"""Domains and their records.

https://github.com/linode/terraform-provider-linode/blob/dev/docs/resources/domain_record.md
"""

from collections.abc import Mapping

from localcloud.create.creation import Created
from localcloud.create.linode.creation import Creator, LinodeCreation, id_of
from localcloud.create.linode.given import outputs

DOMAIN = (
    "domain",
    "type",
    "soaEmail",
    "description",
    "status",
    "refreshSec",
    "retrySec",
    "expireSec",
    "ttlSec",
    "masterIps",
    "axfrIps",
    "tags",
)
DOMAIN_SHOWN = ("domain", "type", "soa_email", "description", "status", "ttl_sec", "master_ips", "axfr_ips", "tags")
RECORD = ("name", "target", "priority", "weight", "port", "service", "protocol", "tag", "ttlSec")
RECORD_SHOWN = ("name", "target", "priority", "weight", "port", "service", "protocol", "tag", "ttl_sec")


def domain(creation: LinodeCreation) -> Created:
    """Create a zone."""
    told = creation.make("/domains", creation.given.fields(*DOMAIN))
    return id_of(told), outputs(told, *DOMAIN_SHOWN)


def record(creation: LinodeCreation) -> Created:
    """Add a record to a zone."""
    given = creation.given
    kind = given.text("recordType")
    told = creation.make(f"/domains/{given.text('domainId')}/records", {"type": kind, **given.fields(*RECORD)})
    return id_of(told), {"recordType": kind, **outputs(told, *RECORD_SHOWN)}


CREATORS: Mapping[str, Creator] = {
    "linode:index/domain:Domain": domain,
    "linode:index/domainRecord:DomainRecord": record,
}

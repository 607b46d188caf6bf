"""Hosted zones, their records and health checks; Route 53 is one for all regions."""

from collections.abc import Mapping

from evaluation import Value
from localcloud.create.creation import Created, Creation, Creator, field

# The input that holds each routing policy, and the field of it that the API has on the record itself.
ROUTINGS = {"failoverRoutingPolicies": "type", "weightedRoutingPolicies": "weight", "latencyRoutingPolicies": "region"}
SPELLED = {
    "failoverRoutingPolicies": "Failover",
    "weightedRoutingPolicies": "Weight",
    "latencyRoutingPolicies": "Region",
}
CHECKED = {
    "type": "Type",
    "fqdn": "FullyQualifiedDomainName",
    "port": "Port",
    "resourcePath": "ResourcePath",
    "searchString": "SearchString",
    "invertHealthcheck": "Inverted",
    "requestInterval": "RequestInterval",
    "failureThreshold": "FailureThreshold",
    "enableSni": "EnableSNI",
    "regions": "Regions",
    "childHealthchecks": "ChildHealthChecks",
    "childHealthThreshold": "HealthThreshold",
}


def zone(creation: Creation) -> Created:
    """Create a public zone; ``forceDestroy`` matters to what destroys it only."""
    creation.inputs.get("forceDestroy")
    answer = creation.call(
        "route53",
        "create_hosted_zone",
        Name=creation.name,
        CallerReference=creation.registration.urn[-128:],
        HostedZoneConfig={"Comment": creation.text("comment")},
    )
    id_ = field(answer, "HostedZone", "Id").rpartition("/")[2]
    servers = answer["DelegationSet"]
    named: Value = list(servers["NameServers"]) if isinstance(servers, Mapping) else []
    return id_, {
        "zoneId": id_,
        "name": creation.name,
        "nameServers": named,
        "arn": f"arn:aws:route53:::hostedzone/{id_}",
    }


def record(creation: Creation) -> Created:
    """Create one record set, which may be one of several of its name."""
    zone_id, name, kind = creation.text("zoneId"), creation.text("name"), creation.text("type")
    answers = creation.inputs.get("records")
    declared = {
        "Name": name,
        "Type": kind,
        "TTL": creation.inputs.get("ttl"),
        "ResourceRecords": [{"Value": value} for value in answers] if isinstance(answers, list) else None,
        "SetIdentifier": creation.inputs.get("setIdentifier"),
        "HealthCheckId": creation.inputs.get("healthCheckId"),
        **_routing(creation),
    }
    given = {field_: value for field_, value in declared.items() if value is not None}
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": given}]}
    creation.call("route53", "change_resource_record_sets", HostedZoneId=zone_id, ChangeBatch=changes)
    parts = [zone_id, name, kind, *filter(None, [creation.text("setIdentifier")])]
    return "_".join(parts), {"name": name, "fqdn": name}


def _routing(creation: Creation) -> dict[str, object]:
    found = {given: creation.blocks(given) for given in ROUTINGS}
    return {SPELLED[given]: blocks[0][ROUTINGS[given]] for given, blocks in found.items() if blocks}


def health_check(creation: Creation) -> Created:
    """Create a health check."""
    given = {
        spelled: creation.inputs[name] for name, spelled in CHECKED.items() if creation.inputs.get(name) is not None
    }
    answer = creation.call(
        "route53",
        "create_health_check",
        CallerReference=creation.registration.name[-64:],
        HealthCheckConfig=given,
    )
    id_ = field(answer, "HealthCheck", "Id")
    return id_, {"arn": f"arn:aws:route53:::healthcheck/{id_}"}


CREATORS: Mapping[str, Creator] = {
    "aws:route53/zone:Zone": zone,
    "aws:route53/record:Record": record,
    "aws:route53/healthCheck:HealthCheck": health_check,
}

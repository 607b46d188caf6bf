"""A stack's certificate: who may do what for it, when, and with which secrets; and which settings are refused."""

from collections.abc import Mapping

import pytest

from evaluation import UNKNOWN, Archive, Evaluation, Registration
from infra.aws.topology import Topology
from localcloud.iam import Access, judge, parse
from stacks.certificate_settings import CertificateSettings, read_certificates
from stacks.config_error import ConfigError, MissingKey
from stacks.config_section import Section
from tests.stacks.certified import ACME, NAMES, certified
from tests.stacks.registered import FUNCTION, ROLE_POLICY, SCHEDULE, SECRET, of_type, text

REGIONS = ("us-east-1", "us-east-2", "us-west-2")
LARGEST_ARCHIVE_BYTES = 1_500_000
CHANGE = "route53:changeresourcerecordsets"


def keepers(stack: Evaluation, type_: str) -> list[Registration]:
    return [one for one in of_type(stack, type_) if one.name.startswith("certificate-aws-")]


def allowed(stack: Evaluation, access: Access, region: str = "us-east-1") -> bool:
    [policy] = [one for one in keepers(stack, ROLE_POLICY) if one.name == f"certificate-aws-{region}-keeper-policy"]
    return judge(parse(text(policy.inputs, "policy")), access) == "allowed"


def change(name: str = f"_acme-challenge.{NAMES[0]}", type_: str = "TXT", action: str = "UPSERT") -> Access:
    context = {
        f"{CHANGE}normalizedrecordnames": (name,),
        f"{CHANGE}recordtypes": (type_,),
        f"{CHANGE}actions": (action,),
    }
    return Access(
        action="route53:ChangeResourceRecordSets", resource=f"arn:aws:route53:::hostedzone/{zone_id()}", context=context
    )


def zone_id() -> str:
    [function] = [one for one in keepers(certified(), FUNCTION) if one.region == "us-east-1"]
    return text(function.inputs, "environment", "variables", "HOSTED_ZONE_ID")


def test_each_control_region_has_a_keeper_with_secrets_of_its_own() -> None:
    stack = certified()
    assert sorted(one.region for one in keepers(stack, FUNCTION)) == list(REGIONS)
    names = {(one.region, text(one.inputs, "name")) for one in keepers(stack, SECRET)}
    nouns = ("lifeboat/prod/acme-account", "lifeboat/prod/site-certificate")
    assert names == {(region, noun) for region in REGIONS for noun in nouns}


@pytest.mark.parametrize("route53", [True, False])
def test_a_pipeline_may_make_every_secret_of_a_keeper(route53: bool) -> None:
    names = {text(one.inputs, "name") for one in keepers(certified(route53=route53), SECRET)}
    place = Topology(
        stack="prod", account_id="1", control_regions=REGIONS, primary_region=REGIONS[0], secondary_region=REGIONS[2]
    )
    assert names <= set(place.certificate_secrets)


def test_the_regions_look_at_different_hours() -> None:
    times = [text(one.inputs, "scheduleExpression") for one in keepers(certified(), SCHEDULE)]
    assert len(set(times)) == len(REGIONS)


def test_no_registration_holds_a_secrets_value() -> None:
    types = {one.type for one in certified().registrations}
    assert "aws:secretsmanager/secretVersion:SecretVersion" not in types


@pytest.mark.parametrize(
    "asked",
    [
        *(change(name=f"_acme-challenge.{name}") for name in NAMES),
        change(action="DELETE"),
    ],
)
def test_a_keeper_may_change_what_proves_its_names(asked: Access) -> None:
    assert allowed(certified(), asked)


@pytest.mark.parametrize(
    "asked",
    [
        change(name=NAMES[0]),
        change(name="_acme-challenge.example.com"),
        change(name=f"_acme-challenge.www.{NAMES[0]}"),
        change(type_="A"),
        change(action="CREATE"),
    ],
)
def test_a_keeper_may_change_no_other_record(asked: Access) -> None:
    assert not allowed(certified(), asked)


def test_a_keeper_may_write_no_row_but_the_turn() -> None:
    table = "arn:aws:dynamodb:us-east-1:111122223333:table/lifeboat-prod-control"
    rows = {key: (f"certificate#{NAMES[0]}",) if key == "own" else ("tier#data",) for key in ("own", "tier")}
    found = {
        name: allowed(
            certified(),
            Access(action="dynamodb:UpdateItem", resource=table, context={"dynamodb:leadingkeys": keys}),
        )
        for name, keys in rows.items()
    }
    assert found == {"own": True, "tier": False}


def test_with_a_zone_at_linode_a_keeper_reads_a_token_and_may_do_nothing_at_route_53() -> None:
    stack = certified(route53=False)
    policies = [text(one.inputs, "policy") for one in keepers(stack, ROLE_POLICY)]
    assert not any("route53" in one for one in policies)
    tokens = {one.region for one in keepers(stack, SECRET) if text(one.inputs, "name").endswith("linode-dns-token")}
    assert tokens == set(REGIONS)


def test_preview_registers_what_up_does() -> None:
    preview, up = certified(preview=True), certified()
    assert [one.urn for one in preview.registrations] == [one.urn for one in up.registrations]
    [function] = [one for one in keepers(preview, FUNCTION) if one.region == "us-east-1"]
    assert text(function.inputs, "environment", "variables", "HOSTED_ZONE_ID") == UNKNOWN


def test_every_region_deploys_the_same_small_archive() -> None:
    archives = {one.inputs["code"] for one in keepers(certified(), FUNCTION)}
    [archive] = archives
    assert isinstance(archive, Archive)
    assert len(archive.zip_bytes()) <= LARGEST_ARCHIVE_BYTES
    assert {"ecdsa/keys.py", "asn1crypto/x509.py", "six.py"} <= {name for name, _ in archive.files}
    assert not [path for _, path in archive.files if path.startswith("/")]


def read(**given: object) -> CertificateSettings:
    return read_certificates(Section("lifeboat:traffic.certificates", {**ACME, **given}))


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"issuer": "self"}, "issuer"),
        ({"directory": "http://acme.example.com/directory"}, "directory"),
        ({"directory": "https://user@acme.example.com/directory"}, "directory"),
        ({"directory": "https://acme.example.com/directory?key=1"}, "directory"),
        ({"contact": "ops"}, "contact"),
        ({"contact": "mailto:ops@example.com"}, "contact"),
        ({"termsAgreed": False}, "termsAgreed"),
        ({"termsAgreed": "yes"}, "termsAgreed"),
    ],
)
def test_what_no_certificate_can_come_of_is_refused(given: Mapping[str, object], key: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(**given)
    assert f"lifeboat:traffic.certificates.{key}" in str(refused.value)
    assert str(given[key]) in str(refused.value)


def test_an_acme_server_must_know_whom_to_write_to() -> None:
    with pytest.raises(MissingKey, match="contact"):
        read_certificates(Section("lifeboat:traffic.certificates", {"termsAgreed": True}))


def test_a_test_authority_is_refused_where_aws_is_real() -> None:
    with pytest.raises(ConfigError, match=r"it must be acme: nobody trusts an internal one"):
        certified(issuer="internal")
    assert keepers(certified("local", issuer="internal"), FUNCTION)

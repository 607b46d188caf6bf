"""The keeper does what its environment says, and refuses to begin with what makes no sense."""

import pytest

from failover.environment import Misconfigured
from lambdas.certificate.settings import Settings

ACME = {
    "AWS_REGION": "us-east-2",
    "STACK": "test",
    "CONTROL_TABLE": "lifeboat-test-control",
    "CONTROL_REGIONS": "us-east-1,us-east-2,us-west-2",
    "CERTIFICATE_NAMES": "shop.example.com,primary.shop.example.com",
    "CERTIFICATE_SECRET": "lifeboat/test/site-certificate",
    "CERTIFICATE_ISSUER": "acme",
    "ACME_DIRECTORY": "https://acme.example.com/directory",
    "ACME_CONTACT": "ops@example.com",
    "ACME_ACCOUNT_SECRET": "lifeboat/test/acme-account",
    "ZONE": "example.com",
    "HOSTED_ZONE_ID": "Z1",
    "RUN_SECONDS": "420",
}
INTERNAL = {**ACME, "CERTIFICATE_ISSUER": "internal"}


def test_an_acme_server_is_what_certificates_are_told_by() -> None:
    settings = Settings.from_env(ACME)
    assert settings.issuer == "acme https://acme.example.com/directory"
    assert settings.names == ("shop.example.com", "primary.shop.example.com")
    assert settings.control_regions == ("us-east-1", "us-east-2", "us-west-2")


@pytest.mark.parametrize("environ", [INTERNAL, {**INTERNAL, "AWS_ENDPOINT_URL": ""}])
def test_a_test_authority_is_refused_where_aws_is_real(environ: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="only the embedded cloud may use"):
        Settings.from_env(environ)


def test_a_test_authority_signs_in_the_embedded_cloud() -> None:
    settings = Settings.from_env({**INTERNAL, "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"})
    assert settings.internal
    assert settings.issuer == "internal"


@pytest.mark.parametrize(
    "missing", ["CERTIFICATE_NAMES", "CERTIFICATE_ISSUER", "CERTIFICATE_SECRET", "ACME_DIRECTORY", "RUN_SECONDS"]
)
def test_a_variable_that_is_missing_is_named(missing: str) -> None:
    with pytest.raises(Misconfigured, match=missing):
        Settings.from_env({name: value for name, value in ACME.items() if name != missing})

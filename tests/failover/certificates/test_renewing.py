"""All regions end with the same certificate; what stands in the way is told and mended by the next run."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from failover.certificates.facts import facts_of
from failover.certificates.issuers import Issuer
from failover.certificates.keys import PrivateKey
from failover.certificates.proofs import Pause
from failover.certificates.running import NotEverywhere, NotRenewed
from failover.certificates.throwaway_authority import issued
from failover.certificates.value import CertificateValue
from tests.failover.certificates.ground import NAMES, REGIONS, SECRET, Ground


def made(names: tuple[str, ...] = NAMES, at: datetime | None = None) -> CertificateValue:
    key = PrivateKey.generate()
    chain, root = issued(key, names, at or datetime.now(UTC))
    return CertificateValue(chain=chain, key=key.pem(), issuer="internal", root=root)


@dataclass
class Gives:
    """An issuer that gives what it is told to give."""

    make: Callable[[], CertificateValue]
    name: str = "internal"
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def issue(self, names: tuple[str, ...], pause: Pause) -> CertificateValue:
        pause(0)
        self.asked.append(names)
        return self.make()


def put(region: str, text: str) -> None:
    boto3.client("secretsmanager", region).put_secret_value(SecretId=SECRET, SecretString=text)


def serials(ground: Ground) -> set[str]:
    return {facts_of(value).serial for value in ground.values().values()}


def versions() -> set[str]:
    clients = [boto3.client("secretsmanager", region) for region in REGIONS]
    return {client.get_secret_value(SecretId=SECRET)["VersionId"] for client in clients}


def test_the_first_run_gives_every_region_the_same_version(ground: Ground) -> None:
    assert ground.run().renewed
    assert len(serials(ground)) == 1
    assert len(ground.values()) == len(REGIONS)
    assert len(versions()) == 1


def test_a_region_that_was_dark_is_told_and_gets_the_same_version_from_the_next_run(ground: Ground) -> None:
    ground.dark.add("us-east-2")
    with pytest.raises(NotEverywhere, match=r"renewed: .*; not in us-east-2 \(EndpointConnectionError\)"):
        ground.run()
    assert "not in us-east-2" in ground.row()["outcome"]
    ground.dark.clear()
    issuer = Gives(made)
    report = ground.run(issuer)
    assert (report.renewed, issuer.asked) == (False, [])
    assert len(serials(ground)) == 1
    assert len(versions()) == 1


def test_as_long_as_a_region_is_dark_each_run_tells_so(ground: Ground) -> None:
    ground.run()
    ground.dark.add("us-west-2")
    with pytest.raises(NotEverywhere, match=r"kept: .*; not in us-west-2"):
        ground.run()


def test_with_every_region_dark_nothing_is_ordered(ground: Ground) -> None:
    ground.dark.update(REGIONS)
    issuer = Gives(made)
    with pytest.raises(NotRenewed, match="can be read nowhere"):
        ground.run(issuer)
    assert issuer.asked == []


def test_regions_that_went_dark_during_the_order_leave_no_certificate_and_the_turn_is_given_back(
    ground: Ground,
) -> None:
    def give() -> CertificateValue:
        ground.dark.update(REGIONS)
        return made()

    with pytest.raises(NotRenewed, match="kept nowhere"):
        ground.run(Gives(give))
    assert "owner" not in ground.row()
    ground.dark.clear()
    assert ground.run().renewed


def test_of_two_certificates_that_a_race_left_the_longer_one_is_put_everywhere(ground: Ground) -> None:
    older, newer = made(at=datetime.now(UTC) - timedelta(days=1)), made()
    put("us-east-1", older.to_json())
    put("us-east-2", newer.to_json())
    assert not ground.run().renewed
    assert serials(ground) == {facts_of(newer).serial}


def test_the_wanted_one_is_kept_before_a_longer_one_for_other_names(ground: Ground) -> None:
    wanted = made(at=datetime.now(UTC) - timedelta(days=20))
    put("us-east-1", made(names=("other.example.com",)).to_json())
    put("us-west-2", wanted.to_json())
    assert not ground.run().renewed
    assert serials(ground) == {facts_of(wanted).serial}


def test_one_that_is_due_is_renewed(ground: Ground) -> None:
    put("us-east-1", made(at=datetime.now(UTC) - timedelta(days=61)).to_json())
    assert ground.run().renewed


@pytest.mark.parametrize("text", ["", "not JSON", '{"schema": 1, "chain": "x", "key": "y", "issuer": "z", "root": ""}'])
def test_a_secret_that_cannot_be_read_is_as_good_as_empty(ground: Ground, text: str) -> None:
    for region in REGIONS:
        put(region, text or " ")
    assert ground.run().renewed
    assert len(serials(ground)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: made(names=NAMES[:1]),
        lambda: made(at=datetime.now(UTC) - timedelta(days=100)),
        lambda: replace(made(), key=PrivateKey.generate().pem()),
        lambda: replace(made(), chain="nonsense"),
    ],
)
def test_what_was_not_ordered_is_not_stored(ground: Ground, wrong: Callable[[], CertificateValue]) -> None:
    with pytest.raises(NotRenewed, match="WrongCertificate"):
        ground.run(Gives(wrong))
    assert ground.values() == {}


def test_a_new_name_makes_a_new_certificate(ground: Ground) -> None:
    ground.run()
    report = ground.run(names=(*NAMES, "new.shop.example.com"))
    assert report.renewed
    assert "new.shop.example.com" in report.held.facts.names


def test_another_issuers_certificate_is_not_kept(ground: Ground) -> None:
    ground.run()
    other: Issuer = Gives(
        lambda: replace(made(), issuer="acme https://acme.example.com"), "acme https://acme.example.com"
    )
    assert ground.run(other).renewed


def test_what_is_told_holds_no_key(ground: Ground) -> None:
    report = ground.run()
    value = next(iter(ground.values().values()))
    told = f"{report} {report.told(datetime.now(UTC))} {value!r} {ground.row()}"
    assert "PRIVATE" not in told
    assert value.key.splitlines()[1] not in told

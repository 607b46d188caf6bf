"""Declared zones and records are there."""

from tests.localcloud.create.linode.deployer import Deployer


def test_a_zone_has_its_records(deployer: Deployer) -> None:
    zone, outputs = deployer.create("Domain", domain="example.com", type="master", soaEmail="a@example.com", ttlSec=30)
    assert (outputs["domain"], outputs["ttlSec"], outputs["status"]) == ("example.com", 30, "active")
    record, shown = deployer.create(
        "DomainRecord", domainId=int(zone), recordType="A", name="www", target="198.51.100.1", ttlSec=60
    )
    told = deployer.bench.get(f"/domains/{zone}/records/{record}")
    assert (told["type"], told["name"], told["target"]) == ("A", "www", "198.51.100.1")
    assert (shown["recordType"], shown["ttlSec"]) == ("A", 120)

"""A site's own name is told as its zone spells it, and only inside the zone."""

import pytest

from infra.linode.site_domain import SiteDomainArgs


def of(name: str, zone: str) -> SiteDomainArgs:
    return SiteDomainArgs(zone=zone, name=name, regions={}, addresses={}, protect=True)


@pytest.mark.parametrize(
    ("name", "zone", "told"),
    [
        ("shop.example.com", "example.com", "primary.shop"),
        ("www.shop.example.com", "example.com", "primary.www.shop"),
        ("example.com", "example.com", "primary"),
        ("example.com.example.com", "example.com", "primary.example.com"),
    ],
)
def test_a_sites_name_is_told_without_its_zone(name: str, zone: str, told: str) -> None:
    assert of(name, zone).within_zone("primary") == told


@pytest.mark.parametrize("name", ["shop.example.org", "myexample.com", "com"])
def test_a_name_outside_of_the_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is not in the zone example\\.com"):
        of(name, "example.com")

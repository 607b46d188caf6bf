"""The application tier's settings: all of it or nothing, and each wrong value in one line."""

import base64
import copy

import pytest

from stacks.app_settings import PUBLIC_KEY_PREFIX
from stacks.config_error import ConfigError
from stacks.linode_users_settings import LinodeUsersSettings
from stacks.settings import Settings
from tests.stacks.changing import assert_refused, changed, pulumi_config, refusal

PUBLIC_KEY = base64.b64encode(PUBLIC_KEY_PREFIX + bytes(32)).decode()
APP: dict[str, object] = {
    "primaryRegion": "us-ord",
    "secondaryRegion": "us-sea",
    "observerRegion": "us-iad",
    "releases": {"channel": "https://releases.example.com/shop", "publicKey": PUBLIC_KEY},
}
MANAGED = {"operator": "managed", "engine": "postgresql"}
USERS = {"prefix": "shop-prod", "enrolmentEmail": "a@example.com", "failoverEmail": "b@example.com"}
# What is changed, the key that the line names, what else it says.
WRONG = [
    ({"app.secondaryRegion": "us-ord"}, "app.primaryRegion", ["'us-ord'", "secondaryRegion"]),
    ({"app.observerRegion": "us-sea"}, "app.secondaryRegion", ["'us-sea'", "observerRegion"]),
    ({"app.primaryRegion": "us-east-1"}, "app.primaryRegion", ["'us-east-1'", "us-ord"]),
    ({"app.ingress": "haproxy"}, "app.ingress", ["'haproxy'", "nodebalancer, keepalived"]),
    ({"app.ingress": "keepalived", "app.primaryRegion": "gb-lon"}, "app.primaryRegion", ["'gb-lon'", "nodebalancer"]),
    ({"app.ingress": "keepalived", "app.secondaryRegion": "jp-tyo-3"}, "app.secondaryRegion", ["'jp-tyo-3'"]),
    ({"app.files": "nfs"}, "app.files", ["'nfs'", "object-storage, rsync"]),
    ({"app.image": "private/12"}, "app.image", ["'private/12'", "linode/debian12"]),
    ({"app.pools.web.count": 1}, "app.pools.web.count", ["1", "2-16"]),
    ({"app.pools.api.type": "t3.micro"}, "app.pools.api.type", ["'t3.micro'", "g6-standard-2"]),
    ({"app.balancerType": "big"}, "app.balancerType", ["'big'"]),
    ({"app.database.engine": "oracle"}, "app.database.engine", ["'oracle'"]),
    ({"app.database.engine": "mysql"}, "app.database.engine", ["'mysql'", "postgresql and mariadb"]),
    (
        {"app.database": {"operator": "managed", "engine": "mariadb"}},
        "app.database.engine",
        ["'mariadb'", "postgresql and mysql"],
    ),
    ({"app.database.replication": "semi-sync"}, "app.database.replication", ["postgresql has async and sync"]),
    ({"app.database.replication": "sync"}, "app.database.members", ["2", "takes 3"]),
    ({"app.database.name": "my-shop"}, "app.database.name", ["'my-shop'"]),
    ({"app.database.volumeGb": 5}, "app.database.volumeGb", ["5", "10-16384"]),
    ({"app.releases.channel": "http://releases.example.com"}, "app.releases.channel", ["https://"]),
    ({"app.releases.channel": "https://user@releases.example.com"}, "app.releases.channel", ["credentials"]),
    ({"app.releases.publicKey": "AAAA"}, "app.releases.publicKey", ["Ed25519"]),
    ({"app.releases.publicKey": "not base64"}, "app.releases.publicKey", ["Ed25519"]),
    ({"app.authorities": ["a"]}, "app.authorities", ["two labels"]),
    ({"app.authorities": ["a", "a"]}, "app.authorities", ["different"]),
    ({"app.database": {**MANAGED, "replication": "sync"}}, "app.database.replication", ["'sync'", "Linode decides"]),
    ({"app.database": {**MANAGED, "members": 3}}, "app.database.members", ["3", "one cluster of 3", "config rm"]),
    ({"app.database": {**MANAGED, "volumeGb": 50}}, "app.database.volumeGb", ["50", "plan has its storage"]),
    ({"app.database": {**MANAGED, "replicaRegion": "us-sea"}}, "app.database.replicaRegion", ["no other region"]),
    ({"app.database": {**MANAGED, "version": "16.4"}}, "app.database.version", ["'16.4'", "postgresql 17"]),
    ({"app.database": {**MANAGED, "version": "latest"}}, "app.database.version", ["'latest'", "a major version alone"]),
    ({"app.database.version": "15"}, "app.database.version", ["'15'", "the image's packages"]),
    ({"app.database.replicaRegion": "us-sea"}, "app.database.replicaRegion", ["both sites have members"]),
    ({"app.linodeUsers": {**USERS, "prefix": "Shop"}}, "app.linodeUsers.prefix", ["'Shop'", "up to 22"]),
    ({"app.linodeUsers": {**USERS, "prefix": "a" * 23}}, "app.linodeUsers.prefix", ["up to 22"]),
    (
        {"app.linodeUsers": {**USERS, "failoverEmail": "nobody"}},
        "app.linodeUsers.failoverEmail",
        ["'nobody'", "e-mail"],
    ),
]


@pytest.mark.parametrize(("changes", "key", "said"), WRONG)
def test_a_wrong_setting_of_the_application_tier_is_told_in_one_line(
    changes: dict[str, object], key: str, said: list[str]
) -> None:
    assert_refused({"app": copy.deepcopy(APP), **changes}, key, said)


def test_a_misspelt_pool_is_no_pool() -> None:
    said = refusal({"app": copy.deepcopy(APP), "app.pools.wbe": {}})
    assert "lifeboat:app.pools.wbe is not a setting; did you mean 'web'?" in said


def test_regions_that_share_addresses_are_taken_with_a_shared_one_and_all_others_with_a_nodebalancer() -> None:
    for ingress, region in (("keepalived", "us-mia"), ("nodebalancer", "gb-lon")):
        app = {**APP, "ingress": ingress, "primaryRegion": region}
        read = Settings.load("prod", pulumi_config(changed({"app": app}))).app
        assert read is not None
        assert read.primary_region == region


def test_a_stack_whose_name_linodes_labels_do_not_hold_is_refused() -> None:
    Settings.load("acceptances", pulumi_config(changed({"app": APP})))
    with pytest.raises(ConfigError, match=r"stack is 'preproduction'.*32 characters"):
        Settings.load("preproduction", pulumi_config(changed({"app": APP})))


def test_without_the_section_only_the_data_tier_is_declared() -> None:
    assert Settings.load("prod", pulumi_config(changed({}))).app is None


def test_the_section_makes_two_sites_of_two_pools() -> None:
    app = Settings.load("prod", pulumi_config(changed({"app": APP}))).app
    assert app is not None
    assert app.sites == {"primary": "us-ord", "secondary": "us-sea"}
    assert {name: pool.count for name, pool in app.pools.items()} == {"web": 2, "api": 2}
    assert not app.database.waits_for_neighbour


def test_a_managed_database_has_the_newest_version_unless_another_is_wanted() -> None:
    versions = {"postgresql": "17", "mysql": "8"}
    for engine, newest in versions.items():
        given: dict[str, object] = {"operator": "managed", "engine": engine}
        for database, version in ((given, newest), ({**given, "version": "14"}, "14")):
            app = Settings.load("prod", pulumi_config(changed({"app": {**APP, "database": database}}))).app
            assert app is not None
            assert app.database.version == version


def test_restricted_users_are_declared_only_if_somebody_gets_their_mail() -> None:
    assert users_of(APP) is None
    users = users_of({**APP, "linodeUsers": USERS})
    assert users is not None
    assert (users.prefix, users.enrolment_email, users.failover_email) == tuple(USERS.values())


def users_of(app: dict[str, object]) -> LinodeUsersSettings | None:
    read = Settings.load("prod", pulumi_config(changed({"app": app}))).app
    assert read is not None
    return read.linode_users

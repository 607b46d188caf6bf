"""The application tier on Linode: two sites, what stands in each, and who may watch both."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stacks.config_error import IN_THE_FILE, ConfigError
from stacks.config_section import Section
from stacks.database_settings import DatabaseSettings, read_database, require_plan
from stacks.linode_regions import require_ip_sharing, require_linode_region
from stacks.linode_users_settings import LinodeUsersSettings, read_linode_users

KEY = "lifeboat:app"
Ingress = Literal["nodebalancer", "keepalived"]
Files = Literal["object-storage", "rsync"]
POOLS = ("web", "api")
CHANNEL = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._-]+)*")
LABEL = re.compile(r"[a-z][a-z0-9]{0,15}")
IMAGE = re.compile(r"linode/[a-z0-9.]+")
# DER of an Ed25519 public key: https://www.rfc-editor.org/rfc/rfc8410#section-4
PUBLIC_KEY_PREFIX, PUBLIC_KEY_BYTES = bytes.fromhex("302a300506032b6570032100"), 44


@dataclass(frozen=True, kw_only=True)
class PoolSettings:
    """Machines of one kind in each site: their plan and how many there are."""

    type: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ReleaseSettings:
    """Where machines fetch what they run, and the public key (Ed25519, base64 of its DER) that signs it."""

    channel: str
    public_key: str

    def __post_init__(self) -> None:
        if not CHANNEL.fullmatch(self.channel):
            allowed = (
                "it must be an https:// address of plain letters, without credentials, query or a slash at its end"
            )
            raise ConfigError(f"{KEY}.releases.channel", self.channel, allowed)
        try:
            key = base64.b64decode(self.public_key, validate=True)
        except binascii.Error:
            key = b""
        if not key.startswith(PUBLIC_KEY_PREFIX) or len(key) != PUBLIC_KEY_BYTES:
            allowed = "it must be an Ed25519 public key, `openssl pkey -pubin -outform DER | base64`"
            raise ConfigError(f"{KEY}.releases.publicKey", self.public_key, allowed)


@dataclass(frozen=True, kw_only=True)
class AppSettings:
    """Both sites have the same; who is active is nobody's setting.

    ``authorities`` label the two roots of the internal certificate authority: one signs, both are trusted.
    """

    primary_region: str
    secondary_region: str
    observer_region: str
    ingress: Ingress
    image: str
    pools: Mapping[str, PoolSettings]
    balancer_type: str
    monitoring_type: str
    observer_type: str
    database: DatabaseSettings
    files: Files
    releases: ReleaseSettings
    authorities: tuple[str, str]
    linode_users: LinodeUsersSettings | None

    def __post_init__(self) -> None:
        self._check_regions()
        if self.ingress == "keepalived":
            require_ip_sharing(f"{KEY}.primaryRegion", self.primary_region)
            require_ip_sharing(f"{KEY}.secondaryRegion", self.secondary_region)
        for name, pool in self.pools.items():
            require_plan(f"{KEY}.pools.{name}.type", pool.type)
        for key in ("balancer_type", "monitoring_type", "observer_type"):
            require_plan(f"{KEY}.{key.removesuffix('_type')}Type", getattr(self, key))
        if not IMAGE.fullmatch(self.image):
            raise ConfigError(
                f"{KEY}.image", self.image, "it must be one of Linode's own images, such as linode/debian12"
            )
        self._check_authorities()

    @property
    def sites(self) -> Mapping[str, str]:
        """The Linode region of each site."""
        return {"primary": self.primary_region, "secondary": self.secondary_region}

    def _check_regions(self) -> None:
        regions = {
            "primaryRegion": self.primary_region,
            "secondaryRegion": self.secondary_region,
            "observerRegion": self.observer_region,
        }
        for key, region in regions.items():
            require_linode_region(f"{KEY}.{key}", region)
            twins = [other for other, one in regions.items() if one == region and other != key]
            if twins:
                allowed = f"it must differ from {twins[0]}: whoever is lost with a site cannot be the other or watch it"
                raise ConfigError(f"{KEY}.{key}", region, allowed)

    def _check_authorities(self) -> None:
        if len(set(self.authorities)) != 2 or not all(LABEL.fullmatch(label) for label in self.authorities):
            allowed = "it must be two different labels of a-z 0-9: one root signs, and both are trusted"
            raise ConfigError(f"{KEY}.authorities", list(self.authorities), allowed, IN_THE_FILE)


def read_app(section: Section) -> AppSettings | None:
    """Read ``lifeboat:app``; without it only the data tier is declared."""
    if not section.names():
        return None
    with section:
        return AppSettings(
            primary_region=section.text("primaryRegion"),
            secondary_region=section.text("secondaryRegion"),
            observer_region=section.text("observerRegion"),
            ingress=section.choice("ingress", ("nodebalancer", "keepalived"), "nodebalancer"),
            image=section.text("image", "linode/debian12"),
            pools=_pools(section.section("pools")),
            balancer_type=section.text("balancerType", "g6-standard-1"),
            monitoring_type=section.text("monitoringType", "g6-standard-1"),
            observer_type=section.text("observerType", "g6-nanode-1"),
            database=read_database(section.section("database")),
            files=section.choice("files", ("object-storage", "rsync"), "object-storage"),
            releases=_releases(section.section("releases")),
            authorities=_authorities(section),
            linode_users=read_linode_users(section.section("linodeUsers")),
        )


def _pools(section: Section) -> Mapping[str, PoolSettings]:
    with section:
        return {name: _pool(section.section(name)) for name in POOLS}


def _pool(section: Section) -> PoolSettings:
    with section:
        return PoolSettings(type=section.text("type", "g6-standard-2"), count=section.whole("count", 2, 2, 16))


def _releases(section: Section) -> ReleaseSettings:
    with section:
        return ReleaseSettings(channel=section.text("channel"), public_key=section.text("publicKey"))


def _authorities(section: Section) -> tuple[str, str]:
    labels = section.texts("authorities", ("a", "b"))
    if len(labels) != 2:
        allowed = "it must be two labels: one root signs, and both are trusted"
        raise ConfigError(f"{KEY}.authorities", list(labels), allowed, IN_THE_FILE)
    return labels[0], labels[1]

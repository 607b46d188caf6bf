"""What the replicator is told by its environment."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from failover.environment import Misconfigured, required
from failover.replication.meetings import Rules
from failover.sites import Site, Sites


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One table and one direction: from the region that the function runs in to the other site's."""

    region: str
    stack: str
    sites: Sites
    tables: Mapping[Site, str]
    partition_key: str
    key_types: Mapping[str, str]
    stream_arn: str
    lanes: int
    rules: Rules
    tombstone_seconds: int
    control_table: str
    control_regions: tuple[str, ...]
    losers_table: str
    dead_letter_bucket: str
    function: str

    @property
    def here(self) -> Site:
        """The site whose changes are carried over."""
        return "primary" if self.region == self.sites.primary else "secondary"

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the function's variables.

        Raises:
            Misconfigured: one is missing or has no meaning.
        """
        sites = Sites(primary=required(environ, "PRIMARY_REGION"), secondary=required(environ, "SECONDARY_REGION"))
        region = required(environ, "AWS_REGION")
        if region not in (sites.primary, sites.secondary):
            raise Misconfigured(f"AWS_REGION is {region!r}, not one of the sites; deploy with `pulumi up`")
        return cls(
            region=region,
            stack=required(environ, "STACK"),
            sites=sites,
            tables={
                "primary": required(environ, "PRIMARY_TABLE_NAME"),
                "secondary": required(environ, "SECONDARY_TABLE_NAME"),
            },
            partition_key=required(environ, "PARTITION_KEY"),
            key_types=_key_types(environ),
            stream_arn=required(environ, "STREAM_ARN"),
            lanes=_count(environ, "LANES"),
            rules=_rules(environ),
            tombstone_seconds=_count(environ, "TOMBSTONE_SECONDS"),
            control_table=required(environ, "CONTROL_TABLE"),
            control_regions=tuple(required(environ, "CONTROL_REGIONS").split(",")),
            losers_table=required(environ, "LOSERS_TABLE"),
            dead_letter_bucket=required(environ, "DEAD_LETTER_BUCKET"),
            function=required(environ, "AWS_LAMBDA_FUNCTION_NAME"),
        )


def _rules(environ: Mapping[str, str]) -> Rules:
    excluded = frozenset(filter(None, environ.get("EXCLUDED_ATTRIBUTES", "").split(",")))
    ttl_attribute = required(environ, "TTL_ATTRIBUTE")
    match required(environ, "EXPIRY"):
        case "ignore" | "replicate" as expiry:
            return Rules(ttl_attribute=ttl_attribute, excluded=excluded, expiry=expiry)
        case other:
            raise Misconfigured(f"EXPIRY is {other!r}, not ignore or replicate")


def _key_types(environ: Mapping[str, str]) -> dict[str, str]:
    text = required(environ, "KEY_TYPES")
    wrong = Misconfigured(f"KEY_TYPES is {text!r}, not the key attributes' types by their names")
    try:
        types = json.loads(text)
    except ValueError as error:
        raise wrong from error
    if not isinstance(types, dict) or not types or not all(kind in ("S", "N", "B") for kind in types.values()):
        raise wrong
    return types


def _count(environ: Mapping[str, str], name: str) -> int:
    text = required(environ, name)
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        raise Misconfigured(f"{name} is {text!r}, not a whole number over 0")
    return int(text)

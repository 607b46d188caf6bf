"""What two sites hold of one item, and in what that differs: decisions, and nothing else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from failover.replication.changes import key_text
from failover.replication.stamps import ATTRIBUTE, Item, Stamp, bare
from failover.resync.digests import digest_of, key_named
from failover.sites import Site

Kind = Literal["only-in-primary", "only-in-secondary", "different", "version-only"]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What counts. ``now`` is AWS time in seconds since the epoch: what should have expired by then counts as gone."""

    key_names: tuple[str, ...]
    excluded: frozenset[str] = frozenset()
    ttl_attribute: str | None = None
    now: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Held:
    """One item at one site. ``digest`` is ``None`` where the application sees none: absent, a tombstone, or expired."""

    stamp: Stamp | None = None
    digest: bytes | None = None

    @property
    def state(self) -> bytes | None:
        """Return value and version as bytes, ``None`` where there is no item."""
        return None if self.digest is None else self.digest + self.version.encode()

    @property
    def version(self) -> str:
        """Return the version as text; blank without one."""
        return str(self.stamp.version) if self.stamp else ""

    def told(self) -> dict[str, Any] | None:
        """Return it for people and programs."""
        if self.digest is None and self.stamp is None:
            return None
        gone = {} if self.digest else {"gone": True}
        return {"version": self.version or None, "digest": self.digest.hex() if self.digest else None, **gone}


def held_of(item: Item | None, rules: Rules) -> Held:
    """Look at an item as one site has it.

    Raises:
        MalformedStamp: its reserved attribute is not ours.
    """
    stamp = Stamp.of(item)
    if not item or _gone(item, stamp, rules) or _expired(item, rules):
        return Held(stamp=stamp)
    return Held(stamp=stamp, digest=digest_of(item, rules.excluded))


def _gone(item: Item, stamp: Stamp | None, rules: Rules) -> bool:
    """A tombstone that was written upon around the client is none any more, whatever it says."""
    return stamp is not None and stamp.deleted and bare(item, rules.key_names, rules.ttl_attribute or ATTRIBUTE)


def _expired(item: Item, rules: Rules) -> bool:
    """DynamoDB deletes within days of the time, each site when it comes to it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
    """
    until = item.get(rules.ttl_attribute, {}).get("N") if rules.ttl_attribute else None
    return until is not None and 0 < float(until) <= rules.now


def kind_of(primary: Held, secondary: Held) -> Kind | None:
    """Say in what two sites differ; ``None`` where they do not."""
    if primary.state == secondary.state:
        return None
    if primary.digest is None:
        return "only-in-secondary"
    if secondary.digest is None:
        return "only-in-primary"
    return "different" if primary.digest != secondary.digest else "version-only"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One item that the sites do not hold alike."""

    key: Item
    kind: Kind
    held: Mapping[Site, Held]

    def line(self) -> str:
        """Write it as one line of JSON."""
        told: dict[str, Any] = {site: held.told() for site, held in self.held.items()}
        return key_text({"key": self.key, "kind": self.kind, **told})


def difference_of(key: Item, primary: Held, secondary: Held) -> Difference | None:
    """Compare one item of both sites."""
    kind = kind_of(primary, secondary)
    return Difference(key=key, kind=kind, held={"primary": primary, "secondary": secondary}) if kind else None


def key_in(line: str) -> dict[str, Any]:
    """Read the key of a difference's line: what the sites hold by now is read from them.

    Raises:
        ValueError: it is no such line.
    """
    told = json.loads(line)
    if not isinstance(told, dict) or "key" not in told:
        raise ValueError(f"{line[:80]!r} is no difference as `lifeboat verify --out` writes it")
    return key_named(json.dumps(told["key"]))

"""One run: looks at what all regions hold, renews it if it must be, makes the regions alike, tells how it went."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from failover.certificates.account import NotKept
from failover.certificates.facts import CertificateFacts, UnreadableChain, facts_of
from failover.certificates.issuers import Issuer
from failover.certificates.regional_secret import Readings, RegionalSecret, Version
from failover.certificates.renewal import Wanted, judge
from failover.certificates.turn import Turn
from failover.certificates.value import CertificateValue, UnreadableValue

PUTS: Final = 3
PAUSE_SECONDS: Final = 2.0


class WrongCertificate(Exception):
    """The issuer sent what was not ordered; it is not stored."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A certificate that some region has."""

    version: Version
    issuer: str
    facts: CertificateFacts

    def told(self, now: datetime) -> dict[str, object]:
        """Return it for people and programs; nothing in it is secret."""
        return {
            "names": list(self.facts.names),
            "ends_at": self.facts.ends_at.isoformat(),
            "days_left": round(self.facts.days_left(now), 2),
            "issuer": self.issuer,
            "serial": self.facts.serial,
            "version": self.version.id,
        }


@dataclass(frozen=True, kw_only=True)
class Report:
    """How it went. ``behind`` are regions that do not have the certificate, with why."""

    renewed: bool
    reason: str
    held: Held
    behind: Mapping[str, str]

    def told(self, now: datetime) -> dict[str, object]:
        """Return it for people and programs; nothing in it is secret."""
        return {"renewed": self.renewed, "reason": self.reason, "behind": dict(self.behind), **self.held.told(now)}


Outcome = tuple[Held, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Renewing:
    """``turn`` was taken by whoever runs this."""

    names: tuple[str, ...]
    issuer: Issuer
    secret: RegionalSecret
    turn: Turn
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())

    def run(self, *, forced: bool = False) -> Report:
        """Do what must be done.

        Raises:
            NotKept: no region's secret answers, or none took the new certificate.
            WrongCertificate: the issuer sent something else.
            AcmeRefused, AcmeUnavailable, ProofFailed, OutOfTime, TurnLost: there is no new certificate.
        """
        readings = self.secret.read()
        if len(readings.failed) == len(self.secret.regions):
            raise NotKept(f"{self.secret.name} can be read nowhere: {dict(readings.failed)}")
        wanted = Wanted(names=self.names, issuer=self.issuer.name)
        held = best_of(readings, wanted)
        facts, issuer = (held.facts, held.issuer) if held else (None, "")
        verdict = judge(wanted, facts, issuer, self.turn.time.now(), forced=forced)
        had = None if verdict.renew else held
        now_held, behind = self._renewed(readings) if had is None else self._kept(had, readings)
        return Report(renewed=had is None, reason=verdict.reason, held=now_held, behind=behind)

    def _renewed(self, readings: Readings) -> Outcome:
        value = self.issuer.issue(self.names, self.turn.pause)
        facts = self._checked(value)
        version = Version(text=value.to_json(), id=self.new_id())
        behind = self._put(version, tuple(region for region in self.secret.regions if region not in readings.failed))
        if len(readings.failed) + len(behind) == len(self.secret.regions):
            raise NotKept(f"the new certificate is kept nowhere: {behind}")
        return Held(version=version, issuer=value.issuer, facts=facts), {**readings.failed, **behind}

    def _kept(self, held: Held, readings: Readings) -> Outcome:
        behind = self._put(held.version, readings.lacking(held.version))
        return held, {**readings.failed, **behind}

    def _checked(self, value: CertificateValue) -> CertificateFacts:
        try:
            facts = facts_of(value)
        except UnreadableChain as error:
            raise WrongCertificate(str(error)) from error
        if set(facts.names) != set(self.names) or facts.days_left(self.turn.time.now()) <= 0:
            raise WrongCertificate(f"it is for {', '.join(facts.names)} until {facts.ends_at.isoformat()}")
        return facts

    def _put(self, version: Version, regions: tuple[str, ...]) -> dict[str, str]:
        """Put it where it is lacking, a few times; what still fails then is the next run's."""
        failed = dict.fromkeys(regions, "not tried")
        for attempt in range(PUTS):
            if failed:
                self.turn.beat()
                failed = self.secret.put(version, failed)
            if failed and attempt + 1 < PUTS:
                self.turn.pause(PAUSE_SECONDS)
        return failed


def best_of(readings: Readings, wanted: Wanted) -> Held | None:
    """Return the certificate that serves longest, one that is wanted before any other."""
    held = [one for version in readings.versions.values() if (one := _held(version)) is not None]
    return max(held, key=lambda one: (_suits(one, wanted), one.facts.ends_at, one.version.id), default=None)


def _suits(held: Held, wanted: Wanted) -> bool:
    return set(held.facts.names) == set(wanted.names) and held.issuer == wanted.issuer


def _held(version: Version) -> Held | None:
    """Read a version; one that cannot be read is as good as none."""
    try:
        value = CertificateValue.from_json(version.text)
        return Held(version=version, issuer=value.issuer, facts=facts_of(value))
    except (UnreadableValue, UnreadableChain):
        return None

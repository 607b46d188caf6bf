"""One secret in every control region: read in all, written alike. Pulumi declares it, run time gives it its value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from failover.failures import code_of
from failover.fan_out import FanOut

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

DEADLINE_SECONDS: Final = 8.0
NO_VALUE: Final = "ResourceNotFoundException"


@dataclass(frozen=True, kw_only=True, repr=False)
class Version:
    """A value and the id of its version, which is the same in all regions."""

    text: str
    id: str

    def __repr__(self) -> str:
        """Say nothing of the value."""
        return f"Version(id={self.id!r})"


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What each region has; one without a value is in ``empty``, one that did not answer in ``failed``, with why."""

    versions: Mapping[str, Version]
    empty: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)

    def lacking(self, version: Version) -> tuple[str, ...]:
        """Return the regions that answer and have another value, or none."""
        others = [region for region, one in self.versions.items() if one.text != version.text]
        return tuple(sorted([*others, *self.empty]))


class RegionalSecret:
    """``clients`` are by control region."""

    def __init__(self, name: str, clients: Mapping[str, SecretsManagerClient], fan_out: FanOut) -> None:
        self.name = name
        self._clients = clients
        self._fan_out = fan_out

    @property
    def regions(self) -> tuple[str, ...]:
        """The control regions."""
        return tuple(self._clients)

    def read(self) -> Readings:
        """Read the newest value in every region, at once."""
        calls = {region: partial(_read, client, self.name) for region, client in self._clients.items()}
        answers = self._fan_out(calls, DEADLINE_SECONDS)
        failures = {region: code_of(one) for region, one in answers.items() if isinstance(one, Exception)}
        return Readings(
            versions={region: one for region, one in answers.items() if isinstance(one, Version)},
            empty=tuple(region for region, code in failures.items() if code == NO_VALUE),
            failed={region: code for region, code in failures.items() if code != NO_VALUE},
        )

    def put(self, version: Version, regions: Iterable[str]) -> dict[str, str]:
        """Put a value into some regions, at once; return what went wrong, by region.

        The version's id is its token, so that putting it twice makes one version
        (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html).
        """
        calls = {region: partial(_put, self._clients[region], self.name, version) for region in regions}
        answers = self._fan_out(calls, DEADLINE_SECONDS)
        return {region: code_of(one) for region, one in answers.items() if isinstance(one, Exception)}


def _read(client: SecretsManagerClient, name: str) -> Version:
    answer = client.get_secret_value(SecretId=name)
    return Version(text=answer["SecretString"], id=answer["VersionId"])


def _put(client: SecretsManagerClient, name: str, version: Version) -> None:
    client.put_secret_value(SecretId=name, SecretString=version.text, ClientRequestToken=version.id)

"""The key that the issuer knows this stack by: made once, kept in every control region."""

import uuid

from failover.certificates.keys import PrivateKey
from failover.certificates.regional_secret import Readings, RegionalSecret, Version


class NotKept(Exception):
    """No region can keep, or give, a secret: nothing is begun that could not be kept."""


class Account:
    """An account is its key: who has it is asked for no password, and registering it again finds the same account."""

    def __init__(self, secret: RegionalSecret) -> None:
        self._secret = secret

    def key(self) -> PrivateKey:
        """Return the key; the first time, make it and keep it before anybody hears of it.

        Raises:
            NotKept: no region answers, or none takes a new one.
            ValueError: the secret holds something else.
        """
        readings = self._secret.read()
        version = self._kept(readings) or Version(text=PrivateKey.generate().pem(), id=str(uuid.uuid4()))
        failed = self._secret.put(version, readings.lacking(version))
        if not readings.versions and len(failed) == len(readings.empty):
            raise NotKept(f"{self._secret.name} is kept nowhere: {failed or readings.failed}")
        return PrivateKey.from_pem(version.text)

    def _kept(self, readings: Readings) -> Version | None:
        """Return the key that is there: of several that a race left, the same one in whichever region one asks."""
        return min(readings.versions.values(), key=lambda one: one.id, default=None)

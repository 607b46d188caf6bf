"""Linode's metadata service, which tells a machine which instance it is.

https://techdocs.akamai.com/cloud-computing/docs/overview-of-the-metadata-service
"""

from typing import Final

import urllib3

ADDRESS: Final = "http://169.254.169.254/v1"
DEADLINE_SECONDS: Final = 5.0
TOKEN_SECONDS: Final = 60


class NoMetadata(Exception):
    """The service does not answer, or not as it should."""


def linode_id(address: str = ADDRESS) -> int:
    """Return the number of the instance that this machine is.

    Raises:
        NoMetadata: no answer within 5 s for each of two calls.
    """
    http, timeout = urllib3.PoolManager(), urllib3.Timeout(total=DEADLINE_SECONDS)
    asking = {"Metadata-Token-Expiry-Seconds": str(TOKEN_SECONDS)}
    try:
        token = http.request("PUT", f"{address}/token", headers=asking, timeout=timeout, retries=False)
        headers = {"Metadata-Token": token.data.decode().strip(), "Accept": "application/json"}
        told = http.request("GET", f"{address}/instance", headers=headers, timeout=timeout, retries=False)
        return int(told.json()["id"])
    except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError) as error:
        raise NoMetadata(f"{address} did not tell which instance this is: {type(error).__name__}") from None

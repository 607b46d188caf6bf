"""A deployed stack with machines at Linode that may become nodes: real archives, and the agent as machines run it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import urllib3

from failover.aws_clients import fail_fast
from nodes.agent.enrolment import main
from tests.cloud.person import Person
from tests.cloud.stage import Stage
from tests.waiting import eventually

HTTP = urllib3.PoolManager(timeout=30.0, retries=False)
CREATED_SECONDS = 20.0  # 20 in 15 seconds: https://techdocs.akamai.com/linode-api/reference/rate-limits
TAGS = ("lifeboat:local", "site:primary", "pool:web")


@dataclass(frozen=True, kw_only=True)
class Inhabitant:
    """A machine: its instance, and its disk."""

    stage: Stage
    number: int
    address: str
    folder: Path

    def urls(self, address: str = "") -> dict[str, str]:
        """Return the enrolment functions' addresses as they are reached from the machine's own."""
        told = self.stage.outputs["enrolment"]["urls"]
        here = f"/_at/{address or self.address}/_lambda-url"
        return {region: url.replace("/_lambda-url", here) for region, url in told.items()}

    def runs(self, *, patience: float = 20.0, only: str = "") -> int:
        """Run the agent's command; return its exit code. With no patience it asks each region once, or the only one."""
        config = self.folder / "enrolment.json"
        config.write_text(
            json.dumps(
                {
                    "urls": {name: url for name, url in self.urls().items() if only in name},
                    "kept": str(self.folder / "kept"),
                    "running": str(self.running),
                }
            )
        )
        return main(["--config", str(config), "--patience", str(patience)], lambda _address: self.number)

    @property
    def running(self) -> Path:
        """The directory with the session's files."""
        return self.folder / "running"

    @property
    def credentials(self) -> Mapping[str, str]:
        """What the machine's services read."""
        found: Mapping[str, str] = json.loads((self.running / "credentials.json").read_text())
        return found

    def client(self, service: str, region: str) -> Any:
        """Return a client with the node's own credentials."""
        given = self.credentials
        return boto3.client(
            service,  # type: ignore[call-overload]
            region_name=region,
            endpoint_url=self.stage.cloud.endpoint,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            config=fail_fast(connect_seconds=1, read_seconds=5),
        )

    def delete(self) -> None:
        """Delete the instance."""
        linode(self.stage, "DELETE", f"/linode/instances/{self.number}")


def settle(stage: Stage, folder: Path, *tags: str) -> Inhabitant:
    """Create an instance at Linode, and a machine that is it."""
    asked = {
        "region": "us-ord",
        "type": "g6-standard-1",
        "image": "linode/debian12",
        "root_pass": "nobody-Knows.7",
        "label": f"machine-{folder.name}"[:64],
        "tags": list(tags or TAGS),
    }
    made = eventually(partial(_created, stage, asked), CREATED_SECONDS, "Linode creates an instance")
    return Inhabitant(stage=stage, number=made["id"], address=made["ipv4"][0], folder=folder)


def _created(stage: Stage, asked: Mapping[str, object]) -> Any:
    """Return the instance, or None while too many were created in the last seconds, as by the stack's deployment."""
    told = linode(stage, "POST", "/linode/instances", asked)
    assert "id" in told or told == {"errors": [{"reason": "Too many requests"}]}, told
    return told if "id" in told else None


def linode(stage: Stage, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
    """Call Linode's API as the account's owner."""
    headers = {"Authorization": "Bearer embedded", "Content-Type": "application/json"}
    url = f"{stage.cloud.endpoint}/v4{path}"
    return HTTP.request(method, url, body=json.dumps(body) if body else None, headers=headers).json()


def send(url: str, body: bytes, method: str = "POST") -> tuple[int, Mapping[str, Any]]:
    """Send anything to an address; return status and answer."""
    answer = HTTP.request(method, url, body=body, headers={"Content-Type": "application/json"})
    return answer.status, answer.json()


def has_roots(person: Person) -> None:
    """Have a person make the authority's roots."""
    said = person.does("lifeboat authority create -s local")
    assert said.code == 0, said.output

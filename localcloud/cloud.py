"""The embedded cloud as other processes use it: start it, deploy into it, hurt it, read what happened, stop it.

with EmbeddedCloud.start(profile="cloud") as cloud:
    deployment = cloud.deploy("local")
    cloud.regions.darken("us-east-1", "blackhole")
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import boto3
from botocore.client import BaseClient
from botocore.config import Config

from evaluation import ROOT, Registration, Value, evaluate
from localcloud.create import Resources
from localcloud.leftovers import clean
from localcloud.linode.account import OWNER
from localcloud.remote import Faults, Regions, Remote

DEFAULT_ROOT = ROOT / ".local"
STOP_SECONDS = 10
OPERATOR = "operator.{region}.person.0"
WEBHOOKS_VERSION = "0" * 32  # one act set them all, as readiness expects


class CloudDidNotStart(Exception):
    """The cloud's process ended before it said where it listens."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A stack as it was created: what was registered and what it exports."""

    registrations: tuple[Registration, ...]
    outputs: Mapping[str, Value]


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where a cloud listens: AWS at ``endpoint``, people's receivers at ``sink``."""

    endpoint: str
    sink: str
    directory: Path

    @classmethod
    def of(cls, process: "subprocess.Popen[str]") -> Self:
        """Wait for the line in which a cloud's process tells them.

        Raises:
            CloudDidNotStart: it ended without.
        """
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise CloudDidNotStart(f"the embedded cloud ended with {process.wait()}; its standard error says why")
        told = json.loads(line)
        return cls(endpoint=told["endpoint"], sink=told["sink"], directory=Path(told["directory"]))


class EmbeddedCloud:
    """One cloud, in this process's care or, made by ``attach``, in its own."""

    def __init__(self, addresses: Addresses, process: "subprocess.Popen[str] | None" = None) -> None:
        self.addresses = addresses
        self._process = process
        remote = Remote(addresses.endpoint)
        self.remote = remote
        self.faults = Faults(remote)
        self.regions = Regions(remote)
        self._session = boto3.Session()
        self._lock = threading.Lock()

    @classmethod
    def start(
        cls,
        profile: str = "cloud",
        seed: int = 0,
        state_dir: Path | None = None,
        time_scale: float = 1.0,
    ) -> Self:
        """Clear away what killed clouds left, start a new one and wait until it listens.

        Raises:
            CloudDidNotStart: see its standard error.
        """
        root = state_dir or DEFAULT_ROOT
        root.mkdir(parents=True, exist_ok=True)
        clean(root)
        options = {"root": root, "profile": profile, "seed": seed, "time-scale": time_scale}
        process = _spawn([f"--{name}={value}" for name, value in options.items()])
        return cls(Addresses.of(process), process)

    @classmethod
    def attach(cls, addresses: Addresses) -> Self:
        """Use a cloud that runs already."""
        return cls(addresses)

    @property
    def endpoint(self) -> str:
        """Return the endpoint URL of every service in every region."""
        return self.addresses.endpoint

    def client(self, service: str, region: str, caller: str = "", config: Config | None = None) -> BaseClient:
        """Return a boto3 client that calls as ``caller`` (an access key id), an operator near the region by default."""
        with self._lock:
            made: BaseClient = self._session.client(  # type: ignore[call-overload]
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                aws_access_key_id=caller or OPERATOR.format(region=region),
                aws_secret_access_key="embedded",  # noqa: S106 any value will do
                config=config,
            )
        return made

    def deploy(self, stack: str = "local", config_overrides: Mapping[str, object] | None = None) -> Deployment:
        """Run the program, create all that it declares, and give secrets values: Slack's address, Linode's token."""
        config = {"lifeboat:endpoints": {"url": self.endpoint}, **(config_overrides or {})}
        evaluation = evaluate(stack, config=config, create=Resources(self.endpoint).create)
        deployment = Deployment(registrations=evaluation.registrations, outputs=evaluation.outputs)
        self._give_webhooks(deployment)
        self._give_linode_tokens(deployment)
        return deployment

    def calls(self, since: int = 0) -> list[dict[str, object]]:
        """Return the requests that ended after the numbered one, as ``localcloud.calls.Call`` has them."""
        return self.remote.list("calls", since=str(since))

    def decisions(self, since: int = 0) -> list[dict[str, object]]:
        """Return what IAM decided after the numbered decision, as ``localcloud.decisions.Decision`` has it."""
        return self.remote.list("decisions", since=str(since))

    def logs(self, function: str | None = None, since: int = 0) -> list[dict[str, object]]:
        """Return what functions logged after the numbered line."""
        named = {"function": function} if function else {}
        return self.remote.list("logs", since=str(since), **named)

    def sinks(self, since: int = 0) -> list[dict[str, object]]:
        """Return what reached people after the numbered message: by Slack, webhook and e-mail."""
        return self.remote.list("sinks", since=str(since))

    def sandboxes(self) -> list[dict[str, object]]:
        """Return the functions' running processes: region, function, sandbox, pid."""
        return self.remote.list("sandboxes")

    def kills(self, region: str, function: str = "") -> int:
        """Kill the running sandboxes of a region, or of one function there; return how many."""
        answer = self.remote.post("kills", {"region": region, "function": function})
        return int(str(answer["killed"]))

    def keep_streams_for(self, seconds: float) -> None:
        """Let DynamoDB's streams forget what is older than so many seconds, instead of 24 hours of this cloud's."""
        self.remote.post("streams", {"retention_seconds": seconds})

    def let_pass(self, seconds: float) -> None:
        """Let so much of AWS's time pass at once; nothing of what would have been done meanwhile is made up."""
        self.remote.post("calendar", {"seconds": seconds})

    def stop(self) -> None:
        """End the cloud and everything in it; harmless when it has ended."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        clean(self.addresses.directory.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _give_webhooks(self, deployment: Deployment) -> None:
        secret, regions = deployment.outputs.get("slackWebhookSecret"), deployment.outputs.get("controlRegions")
        for region in regions if isinstance(regions, list) else ():
            client = self.client("secretsmanager", str(region))
            put = getattr(client, "put_secret_value")  # noqa: B009 made by botocore at run time
            value = f"{self.addresses.sink}/slack/{region}"
            put(SecretId=secret, SecretString=value, ClientRequestToken=WEBHOOKS_VERSION)

    def _give_linode_tokens(self, deployment: Deployment) -> None:
        """Give enrolment functions, if there are any, a token of Linode's that may only read instances."""
        told = deployment.outputs.get("lifeboat")
        enrolment = told.get("enrolment") if isinstance(told, dict) else None
        urls = enrolment.get("urls") if isinstance(enrolment, dict) else None
        if not isinstance(urls, dict) or not urls:
            return
        token = self.remote.post("linode-tokens", {"username": OWNER, "scopes": "linodes:read_only"})["token"]
        for region in urls:
            put = getattr(self.client("secretsmanager", region), "put_secret_value")  # noqa: B009
            secret = f"lifeboat/{deployment.outputs['stack']}/linode-enrolment-token"
            put(SecretId=secret, SecretString=token, ClientRequestToken=WEBHOOKS_VERSION)


def _spawn(options: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "localcloud", "serve", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

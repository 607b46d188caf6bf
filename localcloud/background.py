"""A cloud to play with: stays up in the background, one for each root directory, until taken down."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from evaluation import ROOT
from localcloud.cloud import Addresses, EmbeddedCloud
from localcloud.create import NotCreated, Unsupported
from localcloud.leftovers import clean, process_of

OUTPUTS = "outputs.json"
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.05


class NotStopped(Exception):
    """A cloud's process did not end."""


def up(root: Path, stack: str, options: list[str]) -> EmbeddedCloud:
    """Start a cloud that outlives this process, deploy a stack into it and return it; one that was up is taken down.

    Raises:
        NotStopped: one that was up does not end.
        CloudDidNotStart: see the new one's standard error.
    """
    down(root)
    root.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "localcloud", "serve", "--detached", f"--root={root.resolve()}", *options],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    cloud = EmbeddedCloud.attach(Addresses.of(process))
    outputs = cloud.deploy(stack).outputs
    (cloud.addresses.directory / OUTPUTS).write_text(json.dumps(outputs, indent=2, sort_keys=True))
    return cloud


def in_one_line(deploy: Callable[[], EmbeddedCloud]) -> EmbeddedCloud:
    """Deploy; what cannot be made ends the process with one line instead of a trace of calls.

    Raises:
        SystemExit: a resource is refused by its cloud, or by ours.
    """
    try:
        return deploy()
    except (NotCreated, Unsupported) as error:
        raise SystemExit(
            f"{error}\nThe cloud is up without it. Mend what is wrong, then run this again: it begins anew."
        ) from error


def down(root: Path) -> int:
    """End the clouds that run under a root, remove what is left of others; return how many ran.

    Raises:
        NotStopped: one of them goes on in spite of SIGTERM.
    """
    running = [process_of(directory) for directory in root.glob("cloud-*") if (directory / "addresses.json").exists()]
    stopped = [process for process in running if process.alive]
    for process in stopped:
        os.kill(process.pid, signal.SIGTERM)
    give_up = time.monotonic() + STOP_SECONDS
    while any(process.alive for process in stopped):
        if time.monotonic() > give_up:
            raise NotStopped(f"process {stopped[0].pid} does not end; kill it, then run this again")
        time.sleep(LOOK_SECONDS)
    clean(root)
    return len(stopped)


HOW_TO_USE = """\
AWS is at {endpoint} for every region and service. In a shell:

  export AWS_ENDPOINT_URL={endpoint} AWS_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=operator.us-east-1.me.0 AWS_SECRET_ACCESS_KEY=embedded

then `aws dynamodb list-tables`, or boto3.client("dynamodb") in Python. The key says who calls: operator or client,
region, name, number. Nothing fails over until the tier is armed, and the way back is an order:

  ./lifeboat arm -s local --outputs {outputs}
  curl -d '{darken}' {endpoint}/_cloud/regions
  curl -d '{restore}' {endpoint}/_cloud/regions
  ./lifeboat failback -s local --outputs {outputs} --reason "playing" --yes

  curl -H 'Authorization: Bearer embedded' {endpoint}/v4/linode/instances      Linode's API

  curl {endpoint}/_cloud/logs      what the functions logged
  curl {sink}                      what people were sent

The cloud's own log is {directory}/cloud.log. `make local-down` ends it."""


def how_to_use(cloud: EmbeddedCloud) -> str:
    """Say how the AWS command line and boto3 reach the cloud."""
    where = cloud.addresses
    actions = {action: json.dumps({"region": "us-east-1", "action": action}) for action in ("darken", "restore")}
    paths = {"directory": where.directory, "outputs": where.directory / OUTPUTS}
    return HOW_TO_USE.format(endpoint=where.endpoint, sink=where.sink, **paths, **actions)

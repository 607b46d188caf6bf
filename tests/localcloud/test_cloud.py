"""The cloud's own process: it deploys the program, and nothing of it outlives its owner."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud import leftovers
from localcloud.background import down
from localcloud.cloud import EmbeddedCloud
from localcloud.faults import Fault
from tests.localcloud.deploying import ClientOf, make_function, make_role
from tests.localcloud.tables import key, make
from tests.waiting import eventually

OWNER = """
import json, sys
from pathlib import Path
from localcloud.cloud import EmbeddedCloud
cloud = EmbeddedCloud.start(profile="none", state_dir=Path(sys.argv[1]))
told = cloud.addresses
print(json.dumps({"endpoint": told.endpoint, "sink": told.sink, "directory": str(told.directory)}), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedCloud]:
    with EmbeddedCloud.start(profile="none", state_dir=tmp_path_factory.mktemp("clouds")) as started:
        yield started


def client_of(cloud: EmbeddedCloud) -> ClientOf:
    def give(service: str, region: str = "us-east-1") -> Any:
        return cloud.client(service, region)

    return give


def function_in(cloud: EmbeddedCloud, name: str) -> None:
    client = client_of(cloud)
    source = "def handle(event, context):\n    print('here')\n    return 1\n"
    make_function(client, name, source, make_role(client, f"{name}-role"))
    client("lambda").invoke(FunctionName=name)


def test_streams_can_be_made_to_forget_sooner(cloud: EmbeddedCloud) -> None:
    assert cloud.remote.get("streams") == {"retention_seconds": 86400.0}
    cloud.keep_streams_for(30)
    assert cloud.remote.get("streams") == {"retention_seconds": 30.0}


def test_data_ages_by_the_cloud_s_own_time(tmp_path: Path) -> None:
    with EmbeddedCloud.start(profile="none", state_dir=tmp_path, time_scale=0.005) as hasty:
        assert hasty.remote.get("streams") == {"retention_seconds": 432.0}
        dynamodb = client_of(hasty)("dynamodb")
        table = make(dynamodb)
        dynamodb.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
        )
        past = str(int(time.time()) - 60)
        dynamodb.put_item(TableName=table, Item={**key("a"), "until": {"N": past}})
        eventually(lambda: not dynamodb.scan(TableName=table)["Items"], 20, "the item is past its time")


def process_of(cloud: EmbeddedCloud) -> int:
    return leftovers.process_of(cloud.addresses.directory).pid


def gone(pid: int) -> bool:
    return leftovers.ProcessName.of(pid) is None


def test_faults_regions_logs_and_kills_are_at_hand_from_another_process(cloud: EmbeddedCloud) -> None:
    function_in(cloud, "reachable")
    assert "here" in [line["message"] for line in cloud.logs("reachable")]
    fault = cloud.faults.add(Fault(effect="throttle", service="sqs"))
    assert [one["id"] for one in cloud.faults.state()] == [fault]
    cloud.faults.clear()
    cloud.regions.darken("us-west-2", "refuse")
    assert cloud.regions.state() == {"us-west-2": "dark:refuse"}
    cloud.regions.restore()
    assert any(call["operation"] == "Invoke" for call in cloud.calls())
    assert cloud.kills("us-east-1", "reachable") == 1


def test_a_schedules_failing_function_sets_off_an_alarm_that_reaches_people(tmp_path: Path) -> None:
    with EmbeddedCloud.start(profile="none", state_dir=tmp_path, time_scale=0.02) as cloud:
        client = client_of(cloud)
        topic = client("sns").create_topic(Name="people")["TopicArn"]
        client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="on@call.example")
        source = "def handle(event, context):\n    raise ValueError('broken')\n"
        function = make_function(client, "broken", source, make_role(client, "broken-role"))
        may_invoke = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": function}
        client("scheduler").create_schedule(
            Name="each-minute",
            ScheduleExpression="rate(1 minute)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": function, "RoleArn": make_role(client, "scheduler-role", [may_invoke])},
        )
        client("cloudwatch").put_metric_alarm(
            AlarmName="errors",
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": "broken"}],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            AlarmActions=[topic],
        )
        eventually(lambda: bool(cloud.sinks()), 15, "somebody is told")
        envelope = json.loads(str(cloud.sinks()[0]["body"]))
        assert json.loads(envelope["Message"])["AlarmName"] == "errors"


def test_people_who_are_told_by_slack_are_told_by_nobody_in_a_dark_region(cloud: EmbeddedCloud) -> None:
    def post(region: str) -> None:
        address = f"{cloud.addresses.sink}/slack/{region}"
        with urllib.request.urlopen(address, b"{}", timeout=5):  # noqa: S310 a loopback address
            pass

    before = len(cloud.sinks())
    post("us-east-2")
    assert [one["channel"] for one in cloud.sinks()[before:]] == ["slack"]
    cloud.regions.darken("us-east-2")
    with pytest.raises(OSError, match="closed"):
        post("us-east-2")
    cloud.regions.restore()
    assert len(cloud.sinks()) == before + 1


def test_a_killed_owner_takes_its_cloud_and_sandboxes_along_and_the_next_start_clears_up(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    told = json.loads(owner.stdout.readline())
    directory = Path(told["directory"])
    pid = leftovers.process_of(directory).pid
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    eventually(lambda: gone(pid), 10, "the cloud is gone")
    assert not directory.exists(), "a cloud that outlives its owner by a moment clears up after itself"


def test_a_killed_cloud_leaves_no_process_and_the_next_start_removes_its_files(tmp_path: Path) -> None:
    with EmbeddedCloud.start(profile="none", state_dir=tmp_path) as cloud:
        function_in(cloud, "orphan")
        [sandbox] = cloud.sandboxes()
        os.kill(process_of(cloud), signal.SIGKILL)
        eventually(lambda: gone(int(str(sandbox["pid"]))), 5, "the sandbox is gone")
        left = cloud.addresses.directory
        assert left.exists()
        with EmbeddedCloud.start(profile="none", state_dir=tmp_path) as successor:
            assert not left.exists()
            assert list(tmp_path.glob("cloud-*")) == [successor.addresses.directory]
    assert list(tmp_path.glob("cloud-*")) == []


def test_clearing_up_kills_what_still_runs_in_a_dead_clouds_directory_but_nothing_of_a_living_one(
    tmp_path: Path, cloud: EmbeddedCloud
) -> None:
    dead = tmp_path / "cloud-999999999-1"
    dead.mkdir()
    stuck = subprocess.Popen(["sleep", "60"], cwd=dead)
    root = cloud.addresses.directory.parent
    try:
        assert leftovers.clean(tmp_path) == [dead]
        assert stuck.wait(5) == -signal.SIGKILL
        assert leftovers.clean(root) == []
        assert not gone(process_of(cloud))
    finally:
        stuck.kill()


def test_a_cloud_that_is_up_in_the_background_goes_down_by_its_root_directory(tmp_path: Path) -> None:
    detached = subprocess.Popen(
        [sys.executable, "-m", "localcloud", "serve", "--detached", "--profile=none", f"--root={tmp_path}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    assert detached.stdout is not None
    assert b"endpoint" in detached.stdout.readline()
    assert down(tmp_path) == 1
    assert detached.wait(5) == 0
    assert list(tmp_path.iterdir()) == []
    assert down(tmp_path) == 0

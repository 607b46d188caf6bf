"""A region's services in this process, and a small server that plays Slack."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import pytest
from moto import mock_aws

from failover.aws_clients import client
from lambdas.notifier.desk import Desk
from lambdas.notifier.incidents import Incidents
from lambdas.notifier.slack import Slack

REGION = "us-east-2"
TABLE = "lifeboat-test-control"
SECRET = "lifeboat/test/slack-webhook"


class SlackServer(ThreadingHTTPServer):
    """Takes webhook posts; answers with ``status``, or not at all while it is 0."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.status = 200
        self.posts: list[str] = []
        self.over = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/T0/B0/very-secret"


class Hook(BaseHTTPRequestHandler):
    server: SlackServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.server.status:
            self.server.over.wait(10)
            return
        self.server.posts.append(json.loads(body)["text"])
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Stay quiet."""


@dataclass
class People:
    """What people would have read."""

    slack: SlackServer
    queue_url: str
    alerts_arn: str
    read: list[str] = field(default_factory=list)

    def alerts(self) -> list[str]:
        """Return the texts that the alerts topic has sent so far."""
        received = boto3.client("sqs", REGION).receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
        self.read += [json.loads(message["Body"])["Message"] for message in received.get("Messages", [])]
        return self.read


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def slack_server() -> Iterator[SlackServer]:
    with SlackServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def control_table(cloud: None) -> None:
    names = ("pk", "sk")
    boto3.client("dynamodb", REGION).create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )


@pytest.fixture
def people(control_table: None, slack_server: SlackServer) -> People:
    boto3.client("secretsmanager", REGION).create_secret(Name=SECRET, SecretString=slack_server.address)
    url = boto3.client("sqs", REGION).create_queue(QueueName="people")["QueueUrl"]
    sns = boto3.client("sns", REGION)
    topic = sns.create_topic(Name="lifeboat-test-alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:123456789012:people")
    return People(slack=slack_server, queue_url=url, alerts_arn=topic)


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(
        stack="test",
        incidents=Incidents(TABLE, client("dynamodb", REGION), lambda: None),
        slack=Slack(SECRET, client("secretsmanager", REGION), deadline_seconds=0.3),
        sns=client("sns", REGION),
        alerts_topic_arn=people.alerts_arn,
    )

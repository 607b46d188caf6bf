"""How every part of Lifeboat makes boto3 clients: short explicit timeouts, one attempt, nothing hidden.

The SDK's defaults (60 s to connect, 60 s to read, 3-5 attempts) outlive a Lambda and a client's view of the tier;
whoever retries does so itself, under a deadline that it can see.
"""

from typing import TYPE_CHECKING, Literal, overload

import boto3
from botocore.client import BaseClient
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

    from failover.certificates.route53_client import Route53Client
    from failover.enrolment.credentials import StsClient
    from failover.enrolment.signing_key import KmsClient
    from failover.replication.shards import StreamsClient

Service = Literal[
    "cloudwatch",
    "dynamodb",
    "dynamodbstreams",
    "kms",
    "lambda",
    "route53",
    "s3",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
]
POOLED_CONNECTIONS = 16
CONNECT_SHARE = 1 / 5


def attempt_within(seconds: float) -> tuple[float, float]:
    """Split a deadline into the seconds to connect and to read, so that one attempt is over by it."""
    connect = seconds * CONNECT_SHARE
    return connect, seconds - connect


def fail_fast(*, connect_seconds: float, read_seconds: float, connections: int = POOLED_CONNECTIONS) -> Config:
    """Return the botocore settings of a client that tries once and gives up on time.

    An attempt can last up to ``connect_seconds + read_seconds``: botocore has no limit for the two together. A server
    that sends a byte now and then can stretch the read further, so a deadline is checked on the answer as well.
    Keep-alive is TCP's: it finds a peer that vanished between two calls. A name of our own, for logs at the other end,
    also spares botocore from putting its own together at each call, a tenth of what a small call costs.
    """
    return Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"total_max_attempts": 1, "mode": "standard"},
        tcp_keepalive=True,
        user_agent="lifeboat",
        max_pool_connections=connections,
    )


@overload
def client(
    service: Literal["cloudwatch"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "CloudWatchClient": ...
@overload
def client(
    service: Literal["dynamodb"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    connections: int = ...,
    session: boto3.Session | None = ...,
) -> "DynamoDBClient": ...
@overload
def client(
    service: Literal["dynamodbstreams"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "StreamsClient": ...
@overload
def client(
    service: Literal["kms"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "KmsClient": ...
@overload
def client(
    service: Literal["lambda"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "LambdaClient": ...
@overload
def client(
    service: Literal["route53"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "Route53Client": ...
@overload
def client(
    service: Literal["s3"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "S3Client": ...
@overload
def client(
    service: Literal["scheduler"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "EventBridgeSchedulerClient": ...
@overload
def client(
    service: Literal["secretsmanager"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "SecretsManagerClient": ...
@overload
def client(
    service: Literal["sns"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "SNSClient": ...
@overload
def client(
    service: Literal["sqs"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "SQSClient": ...
@overload
def client(
    service: Literal["ssm"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "SSMClient": ...
@overload
def client(
    service: Literal["sts"],
    region: str,
    *,
    connect_seconds: float = ...,
    read_seconds: float = ...,
    session: boto3.Session | None = ...,
) -> "StsClient": ...
def client(
    service: Service,
    region: str,
    *,
    connect_seconds: float = 0.3,
    read_seconds: float = 1.0,
    connections: int = POOLED_CONNECTIONS,
    session: boto3.Session | None = None,
) -> "BaseClient | KmsClient | Route53Client | StreamsClient | StsClient":
    """Make a client of one service in one region that never retries by itself.

    ``session`` carries other credentials than the process's own. Making clients is not thread-safe in boto3 while a
    session is shared (https://docs.aws.amazon.com/boto3/latest/guide/session.html): make them before the threads start.
    """
    config = fail_fast(connect_seconds=connect_seconds, read_seconds=read_seconds, connections=connections)
    return (session or boto3).client(service, region_name=region, config=config)

"""Puts the desk's tools together: the only place that knows how its clients are made."""

import functools
import secrets

from failover.aws_clients import client
from failover.clock import SystemClock
from failover.enrolment.credentials import node_credentials
from failover.enrolment.nodes_table import NodesTable
from lambdas.enrolment.authority import Authority
from lambdas.enrolment.desk import Tools
from lambdas.enrolment.linode import Linode
from lambdas.enrolment.metrics import refusal
from lambdas.enrolment.settings import Settings

# Each call's share of the function's time (infra/aws/enrolment.py).
CONNECT_SECONDS = 0.5
READ_SECONDS = 1.5


def build(settings: Settings) -> Tools:
    """Make the tools of one process."""
    region, table = settings.region, settings.control_table
    dynamodb = client("dynamodb", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
    tokens = client("secretsmanager", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
    kms = client("kms", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
    sts = client("sts", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
    nodes = NodesTable(table, dynamodb, SystemClock())
    return Tools(
        stack=settings.stack,
        nodes=nodes,
        linode=Linode(settings.linode_url, settings.linode_secret_name, tokens),
        authority=Authority(table=table, dynamodb=dynamodb, kms=kms, keys=settings.authority_keys),
        credentials=functools.partial(node_credentials, sts, settings.node_role_arn),
        noise=secrets.token_bytes,
        count_refusal=lambda: print(refusal(settings.stack, region, nodes.time.now())),
    )

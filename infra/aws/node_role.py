"""What a node of the application tier may do in AWS, by credentials that an enrolment function gives it for an hour."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.enrolment import NOUN as ENROLMENT
from infra.aws.policy import Condition, Statement, document, leading_keys, trust_roles
from infra.aws.topology import Topology

TIERS = ("tier#app", "tier#data")
BALANCER, INBOX_KEEPERS = "balancer", ("web",)  # the worker of the inbox runs on web servers
INBOX_BOXES = ("waiting#*", "done#*", "aside")  # nodes/app/inbox.py names them
# What failover/enrolment/credentials.py tags sessions with, and how long it asks for: an hour is the most that a role
# gets that was taken by a role (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining).
NODE_TAG, SITE_TAG, POOL_TAG = "lifeboat-node", "lifeboat-site", "lifeboat-pool"
LIFE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class NodeRoleArgs:
    """The role is IAM's, so one for all regions; ``topology`` names what it reaches in them."""

    topology: Topology


class NodeRole(pulumi.ComponentResource):
    """One role for all nodes: each session is tagged with its node and pool, and the policy reads the tags."""

    def __init__(self, name: str, args: NodeRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:NodeRole", name, {}, opts)
        role = self._role(name, args.topology)
        self._policy(name, args.topology, role)
        self.register_outputs({})

    def _role(self, name: str, topology: Topology) -> aws.iam.Role:
        return aws.iam.Role(
            f"{name}-role",
            name=topology.node_role,
            path=topology.role_path,
            max_session_duration=LIFE_SECONDS,
            assume_role_policy=trust_roles(
                topology.account_id, ("sts:AssumeRole", "sts:TagSession"), _by_enrolment(topology)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _policy(self, name: str, topology: Topology, role: aws.iam.Role) -> aws.iam.RolePolicy:
        return aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=document(node_statements(topology)),
            opts=pulumi.ResourceOptions(parent=self),
        )


def node_statements(topology: Topology) -> tuple[Statement, ...]:
    """Return what a node may do: see tiers, keep its own row, read its pool's secrets, in any control region."""
    control = tuple(topology.table_arn(region, topology.control_table) for region in topology.control_regions)
    secrets = tuple(
        topology.secret_arn(region, f"{topology.node_secrets(_tag(POOL_TAG))}*") for region in topology.control_regions
    )
    own = leading_keys(f"node#{_tag(NODE_TAG)}")
    return (
        Statement(
            sid="SeeTiers",
            actions=("dynamodb:BatchGetItem", "dynamodb:GetItem"),
            resources=control,
            condition=leading_keys(*TIERS),
        ),
        Statement(
            sid="KeepOwnRow", actions=("dynamodb:GetItem", "dynamodb:UpdateItem"), resources=control, condition=own
        ),
        Statement(sid="ReadPoolSecrets", actions=("secretsmanager:GetSecretValue",), resources=secrets),
        *_pool_statements(topology),
    )


def _pool_statements(topology: Topology) -> tuple[Statement, ...]:
    """Return what only some pools may: balancers show the site's certificate, web servers keep the inbox of events."""
    certificate = topology.certificate_secrets[0]
    # Secrets Manager adds a hyphen and six characters to each name, and these must not reach a longer name:
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
    certificates = tuple(topology.secret_arn(region, f"{certificate}-??????") for region in topology.control_regions)
    inboxes = tuple(topology.table_arn(region, topology.inbox_table) for region in topology.control_regions)
    verbs = ("DeleteItem", "PutItem", "Query", "UpdateItem")
    return (
        Statement(
            sid="ReadSiteCertificate",
            actions=("secretsmanager:GetSecretValue",),
            resources=certificates,
            condition=_of_pools(BALANCER),
        ),
        Statement(
            sid="KeepInbox",
            actions=tuple(f"dynamodb:{verb}" for verb in verbs),
            resources=inboxes,
            condition={**_of_pools(*INBOX_KEEPERS), **leading_keys(*INBOX_BOXES)},
        ),
    )


def _of_pools(*pools: str) -> Condition:
    """Return the condition that a session is of one of the pools."""
    return {"StringEquals": {f"aws:PrincipalTag/{POOL_TAG}": list(pools)}}


def _by_enrolment(topology: Topology) -> dict[str, dict[str, str | list[str]]]:
    """Return the condition that an enrolment function takes the role, for a node, site and pool that it names."""
    functions = f"arn:aws:iam::{topology.account_id}:role{topology.role_path}{ENROLMENT}-aws-*-role-*"
    named = {f"aws:RequestTag/{tag}": "?*" for tag in (NODE_TAG, SITE_TAG, POOL_TAG)}
    return {"ArnLike": {"aws:PrincipalArn": functions}, "StringLike": {**named, "sts:RoleSessionName": "node-*"}}


def _tag(name: str) -> str:
    """Return the variable that stands for a session's tag.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    return f"${{aws:PrincipalTag/{name}}}"

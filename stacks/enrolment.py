"""How machines of the application tier become nodes: enrolment in each control region, one role, two roots."""

import pulumi

from infra.aws.authority import AuthorityKey, AuthorityKeyArgs, AuthorityReplica, AuthorityReplicaArgs
from infra.aws.enrolment import NOUN, TIMEOUT_SECONDS, Enrolment, EnrolmentArgs
from infra.aws.node_role import NodeRole, NodeRoleArgs
from infra.aws.regional_function import FunctionLimits
from infra.aws.topology import Topology
from stacks.control import ControlOutputs
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of

LINODE_API = "https://api.linode.com/v4"
# Signatures are checked in pure Python: with less of a processor a machine would wait for seconds.
MEMORY_MB = 512


EnrolmentOutputs = dict[str, dict[str, object]]
"""`urls`: where machines enrol, by control region. `authorities`: what signs as each root, by label and region."""


def build_enrolment(settings: Settings, providers: Providers, control: ControlOutputs) -> EnrolmentOutputs:
    """Declare everything, or nothing where only the data tier is declared."""
    if settings.app is None:
        return {"urls": {}, "authorities": {}}
    topology, home = topology_of(settings), control.home_region
    keys = {label: _authority(label, topology, providers) for label in settings.app.authorities}
    NodeRole(f"node-aws-{home}", NodeRoleArgs(topology=topology), within(providers.aws[home]))
    urls: dict[str, object] = {
        region: _enrolment(region, settings, providers, control, {label: arns[region] for label, arns in keys.items()})
        for region in settings.control.regions
    }
    return {"urls": urls, "authorities": dict(keys)}


def _authority(label: str, topology: Topology, providers: Providers) -> dict[str, pulumi.Output[str]]:
    """Declare a root's key and its replicas; return their ARNs by region."""
    home, args = topology.home_region, AuthorityKeyArgs(stack=topology.stack, label=label)
    arns = {home: AuthorityKey(f"authority-{label}-aws-{home}", args, within(providers.aws[home])).arn}
    for region in topology.control_regions:
        if region != home:
            replica = AuthorityReplicaArgs(key=args, primary_arn=arns[home])
            arns[region] = AuthorityReplica(
                f"authority-{label}-aws-{region}", replica, within(providers.aws[region])
            ).arn
    return arns


def _enrolment(
    aws_region: str,
    settings: Settings,
    providers: Providers,
    control: ControlOutputs,
    key_arns: dict[str, pulumi.Output[str]],
) -> pulumi.Output[str]:
    topology = topology_of(settings)
    args = EnrolmentArgs(
        topology=topology,
        aws_region=aws_region,
        authority_key_arns=key_arns,
        linode_url=_linode_url(settings, topology, aws_region),
        signals_arn=control.signals_topic_arns[aws_region],
        limits=FunctionLimits(
            timeout_seconds=TIMEOUT_SECONDS,
            memory_mb=max(MEMORY_MB, settings.functions.memory_mb),
            log_retention_days=settings.functions.log_retention_days,
        ),
    )
    return Enrolment(f"{NOUN}-aws-{aws_region}", args, within(providers.aws[aws_region])).url


def _linode_url(settings: Settings, topology: Topology, aws_region: str) -> str:
    """Return where Linode is asked. The embedded cloud is told by the address who calls, and so from which region."""
    if settings.endpoint is None:
        return LINODE_API
    return f"{settings.endpoint}/_from/lambda.{aws_region}.{topology.named(NOUN)}.0/v4"

"""Who deploys the stack from its repository, if anybody does, and where its state belongs."""

from infra.aws.pipeline_roles import PipelineRoles, PipelineRolesArgs
from infra.aws.topology import Topology
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of


def build_pipeline(settings: Settings, providers: Providers) -> dict[str, dict[str, str]]:
    """Declare the roles, none without a repository; return their ARNs by what they are for, and where the state is."""
    topology = topology_of(settings)
    return {"roles": _roles(settings, providers, topology), "state": _state(topology)}


def _roles(settings: Settings, providers: Providers, topology: Topology) -> dict[str, str]:
    pipeline, home = settings.pipeline, topology.home_region
    if pipeline.repository is None:
        return {}
    args = PipelineRolesArgs(
        topology=topology,
        regions=settings.regions,
        secret=settings.alerting.slack_webhook_secret,
        repository=pipeline.repository,
        branch=pipeline.branch,
        first_of_account=pipeline.first_of_account,
        has_names=settings.traffic is not None and settings.traffic.provider == "route53",
    )
    PipelineRoles(f"pipeline-aws-{home}", args, within(providers.aws[home]))
    return {noun: topology.role_arn(topology.named(noun)) for noun in ("preview", "deploy")}


def _state(topology: Topology) -> dict[str, str]:
    """Return where Pulumi's state belongs. A command line makes it: the state of what keeps it could not be in it."""
    home, other = topology.home_region, topology.state_replica_region
    return {
        "region": home,
        "bucket": topology.state_bucket(home),
        "url": _url(topology, home),
        "replicaRegion": other,
        "replicaBucket": topology.state_bucket(other),
        "replicaUrl": _url(topology, other),
        "keyAlias": topology.state_key_alias,
        "replicationRole": topology.named("state-replication"),
    }


def _url(topology: Topology, aws_region: str) -> str:
    # https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
    return f"s3://{topology.state_bucket(aws_region)}?region={aws_region}"

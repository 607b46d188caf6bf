"""Who deploys the stack from its repository, if anybody does."""

from infra.aws.pipeline_roles import PipelineRoles, PipelineRolesArgs
from stacks.providers import Providers, within
from stacks.settings import Settings
from stacks.topology import topology_of


def build_pipeline(settings: Settings, providers: Providers) -> dict[str, str]:
    """Declare the roles and return their ARNs by what they are for; nothing without a repository."""
    pipeline, topology = settings.pipeline, topology_of(settings)
    if pipeline.repository is None:
        return {}
    args = PipelineRolesArgs(
        topology=topology,
        regions=settings.regions,
        secret=settings.alerting.slack_webhook_secret,
        repository=pipeline.repository,
        branch=pipeline.branch,
        first_of_account=pipeline.first_of_account,
    )
    PipelineRoles(f"pipeline-aws-{topology.home_region}", args, within(providers.aws[topology.home_region]))
    return {noun: topology.role_arn(topology.named(noun)) for noun in ("preview", "deploy")}

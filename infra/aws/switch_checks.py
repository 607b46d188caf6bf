"""The health check by which a name leaves the primary site: it reads the switch of each control region."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.topology import SWITCH_KEY, Topology

SEARCH_STRING = '"active":"secondary"'  # as failover/switch.py says, which infra names by path only
# The shortest that there is, and one miss is enough: a switch that was written is no flap
# (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html).
INTERVAL_SECONDS = 10
MISSES = 1
HEALTHY_CHILDREN = 2
# Where Route 53 checks from (https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html).
CHECKERS = (
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-west-1",
    "us-west-2",
)


@dataclass(frozen=True, kw_only=True)
class SwitchChecksArgs:
    """The checks follow from the topology alone."""

    topology: Topology


class SwitchChecks(pulumi.ComponentResource):
    """Healthy while at least 2 of 3 switches do not say that the secondary site is active.

    Each child is inverted: it fails once checkers find the string. So an object that is absent, a bucket that is gone
    and a region that is dark leave their child healthy, and moving a name takes two control regions in which somebody
    wrote that it moves. Nothing else is in it: no endpoint, no alarm.

    None of the checkers is in a region of the stack: losing one must not take along who looks at the other two. More
    than 18 % of those there are must agree
    (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html).
    """

    id: pulumi.Output[str]

    def __init__(self, name: str, args: SwitchChecksArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:SwitchChecks", name, {}, opts)
        children = [self._child(name, region, args.topology) for region in args.topology.control_regions]
        self.id = self._parent(name, children).id
        self.register_outputs({"id": self.id})

    def _child(self, name: str, control_region: str, topology: Topology) -> aws.route53.HealthCheck:
        # Its name must not hold `aws-REGION` of the region that it reads: it stays when that one is excluded.
        return aws.route53.HealthCheck(
            f"{name}-reads-{control_region}",
            type="HTTPS_STR_MATCH",
            fqdn=topology.switch_host(control_region),
            port=443,
            resource_path=f"/{SWITCH_KEY}",
            search_string=SEARCH_STRING,
            invert_healthcheck=True,
            request_interval=INTERVAL_SECONDS,
            failure_threshold=MISSES,
            enable_sni=True,
            regions=checkers_for(topology),
            tags={"Name": topology.named(f"switch-{control_region}")},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _parent(self, name: str, children: list[aws.route53.HealthCheck]) -> aws.route53.HealthCheck:
        return aws.route53.HealthCheck(
            f"{name}-primary",
            type="CALCULATED",
            child_healthchecks=[child.id for child in children],
            child_health_threshold=HEALTHY_CHILDREN,
            opts=pulumi.ResourceOptions(parent=self),
        )


def checkers_for(topology: Topology) -> list[str]:
    """Return the regions to check from: all but the stack's own, at least three, as Route 53 demands."""
    return [region for region in CHECKERS if region not in topology.regions]

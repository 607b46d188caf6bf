"""Where one control region keeps the token of Linode's user for failovers: a container, which a person fills."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.topology import Topology

SHORTEST_RECOVERY_DAYS = 7  # until then a stack that was destroyed cannot be made again under the same name


@dataclass(frozen=True, kw_only=True)
class FailoverTokenArgs:
    """The secret's name is the same in each control region."""

    topology: Topology


class FailoverToken(pulumi.ComponentResource):
    """A secret; `lifeboat secret set` puts the token into it, in every control region."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: FailoverTokenArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:FailoverToken", name, {}, opts)
        self.arn = self._secret(name, args).arn
        self.register_outputs({"arn": self.arn})

    def _secret(self, name: str, args: FailoverTokenArgs) -> aws.secretsmanager.Secret:
        return aws.secretsmanager.Secret(
            f"{name}-secret",
            name=args.topology.linode_failover_secret,
            recovery_window_in_days=SHORTEST_RECOVERY_DAYS,
            description="Linode API token of the user for failovers; its value is put here by hand, never by Pulumi.",
            opts=pulumi.ResourceOptions(parent=self),
        )

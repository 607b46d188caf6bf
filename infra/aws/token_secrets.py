"""Where one control region keeps the tokens of Linode's restricted users: containers, which a person fills."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.topology import Topology

SHORTEST_RECOVERY_DAYS = 7  # until then a stack that was destroyed cannot be made again under the same name
ENROLMENT, FAILOVER = "enrolment", "failover"


@dataclass(frozen=True, kw_only=True)
class TokenSecretsArgs:
    """The secrets' names are the same in each control region."""

    topology: Topology


class TokenSecrets(pulumi.ComponentResource):
    """One secret for each duty; `lifeboat secret set` puts the tokens into it, in every control region."""

    failover_arn: pulumi.Output[str]

    def __init__(self, name: str, args: TokenSecretsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:TokenSecrets", name, {}, opts)
        self._secret(name, ENROLMENT, args)
        self.failover_arn = self._secret(name, FAILOVER, args).arn
        self.register_outputs({"failover_arn": self.failover_arn})

    def _secret(self, name: str, duty: str, args: TokenSecretsArgs) -> aws.secretsmanager.Secret:
        return aws.secretsmanager.Secret(
            f"{name}-{duty}",
            name=args.topology.linode_token_secret(duty),
            recovery_window_in_days=SHORTEST_RECOVERY_DAYS,
            description=f"Token of Linode's user for {duty}; its value is put here by hand, never by Pulumi.",
            opts=pulumi.ResourceOptions(parent=self),
        )

"""Where one control region keeps the token of Linode's user for failovers: a container, which a person fills."""

from dataclasses import dataclass

import pulumi

from infra.aws.secret_container import secret_container
from infra.aws.topology import Topology


@dataclass(frozen=True, kw_only=True)
class FailoverTokenArgs:
    """The secret's name is the same in each control region."""

    topology: Topology


class FailoverToken(pulumi.ComponentResource):
    """A secret; `lifeboat secret set` puts the token into it, in every control region."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: FailoverTokenArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:FailoverToken", name, {}, opts)
        description = "Linode API token of the user for failovers; its value is put here by hand, never by Pulumi."
        child, secret = pulumi.ResourceOptions(parent=self), args.topology.linode_failover_secret
        self.arn = secret_container(f"{name}-secret", secret, description, child).arn
        self.register_outputs({"arn": self.arn})

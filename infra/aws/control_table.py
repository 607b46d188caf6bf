"""The one table that says who is active, who voted what and how far a plan got."""

import pulumi

from infra.aws.strong_table import StrongTableArgs, strong_table


class ControlTable(pulumi.ComponentResource):
    """Three full replicas with multi-Region strong consistency: any two of them go on without the third.

    DynamoDB's own key encrypts it: with one of the account's, a failover would need KMS as well.
    """

    def __init__(self, name: str, args: StrongTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:ControlTable", name, {}, opts)
        strong_table(name, ("pk", "sk"), args, self, account_key=False)
        self.register_outputs({})

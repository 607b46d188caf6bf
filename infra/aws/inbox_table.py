"""The table of webhooks that the application took and has not applied yet; it outlives either site's database."""

import pulumi

from infra.aws.strong_table import StrongTableArgs, strong_table


class InboxTable(pulumi.ComponentResource):
    """Three full replicas with multi-Region strong consistency: an event that one took is there for whoever asks next.

    Both Linode sites write it, each in the regions nearest to it, and no failover of the data tier concerns it. Nothing
    in it expires: the application removes what is old.
    """

    def __init__(self, name: str, args: StrongTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:InboxTable", name, {}, opts)
        strong_table(name, ("box", "event"), args, self, account_key=True)
        self.register_outputs({})

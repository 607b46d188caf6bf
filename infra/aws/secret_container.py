"""A secret without a value: a person or run time puts that into it, in every control region."""

import pulumi
import pulumi_aws as aws

SHORTEST_RECOVERY_DAYS = 7  # until then a stack that was destroyed cannot be made again under the same name


def secret_container(
    name: str, secret_name: str, description: str, opts: pulumi.ResourceOptions
) -> aws.secretsmanager.Secret:
    """Declare a secret of one region by its physical name, which is the same in each control region."""
    return aws.secretsmanager.Secret(
        name,
        name=secret_name,
        recovery_window_in_days=SHORTEST_RECOVERY_DAYS,
        description=description,
        opts=opts,
    )

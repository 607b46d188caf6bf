"""One explicit provider for each AWS region, and Linode's; nothing else in the program makes any.

A region that is lost takes only its own provider along. Explicit providers inherit nothing, so each is told everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_linode as linode

from stacks.settings import Settings

SERVICES = (
    "cloudwatch",
    "dynamodb",
    "iam",
    "kms",
    "lambda_",
    "logs",
    "route53",
    "s3",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
)


LINODE_URL = "https://api.linode.com"


@dataclass(frozen=True, kw_only=True)
class Providers:
    """The providers by AWS region, and Linode's if the stack has anything there: its API is one for all regions."""

    aws: Mapping[str, aws.Provider]
    linode: linode.Provider | None


def build_providers(settings: Settings) -> Providers:
    """Declare the provider of each region that the stack uses."""
    return Providers(
        aws={region: _provider(region, settings) for region in settings.regions},
        linode=_linode(settings) if settings.app else None,
    )


def within(provider: aws.Provider) -> pulumi.ResourceOptions:
    """Return the options that put a component and its children into a provider's region."""
    return pulumi.ResourceOptions(provider=provider)


def at_linode(providers: Providers) -> pulumi.ResourceOptions:
    """Return the options that put a component and its children at Linode; only a stack with settings for it asks."""
    return pulumi.ResourceOptions(provider=providers.linode)


def _provider(aws_region: str, settings: Settings) -> aws.Provider:
    elsewhere, lost = settings.endpoint is not None, aws_region in settings.lost_regions
    return aws.Provider(
        f"aws-{aws_region}",
        region=aws_region,
        # The engine starts the provider of a region that `--exclude` leaves out, too, and this one would ask it for the
        # account. What it is not asked, it cannot compare.
        allowed_account_ids=None if lost else [settings.account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=_tags(settings)),
        endpoints=_endpoints(settings.endpoint),
        skip_credentials_validation=elsewhere or lost,
        skip_metadata_api_check=elsewhere,
        skip_requesting_account_id=lost,
        s3_use_path_style=elsewhere or None,
    )


def _linode(settings: Settings) -> linode.Provider:
    """Declare Linode's provider, which reads its token from LINODE_TOKEN: an input would be a secret in the state.

    Versions of buckets are set by S3, for which the provider makes a key and takes it back: a declared one would be in
    the state. What is said in each case would else be that of whoever runs this. Without ``skip_implicit_reboots`` a
    change of interfaces would reboot machines, the writer's too: their power is run time's.
    """
    return linode.Provider(
        "linode",
        url=settings.endpoint or LINODE_URL,
        api_version="v4",
        ua_prefix="lifeboat",
        skip_implicit_reboots=True,
        obj_use_temp_keys=True,
    )


def _endpoints(url: str | None) -> list[aws.ProviderEndpointArgs] | None:
    return [aws.ProviderEndpointArgs(**dict.fromkeys(SERVICES, url))] if url else None


def _tags(settings: Settings) -> dict[str, str]:
    return {**settings.tags, "lifeboat:project": "lifeboat", "lifeboat:stack": settings.stack}

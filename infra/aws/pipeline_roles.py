"""Who deploys from GitHub: its tokens, and one role for previews and one for rollouts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.pipeline_permissions import Pipeline
from infra.aws.policy import Statement, document, trust_tokens
from infra.aws.topology import Topology

# https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


@dataclass(frozen=True, kw_only=True)
class PipelineRolesArgs:
    """What the roles are for and whom they trust.

    ``repository`` is as GitHub's tokens name it, with ids or without. ``first_of_account``: no other stack of the
    account declares GitHub's provider. ``has_names``: Route 53 holds names of the stack.
    """

    topology: Topology
    regions: tuple[str, ...]
    secret: str
    repository: str
    branch: str
    first_of_account: bool
    has_names: bool


class PipelineRoles(pulumi.ComponentResource):
    """Roles without a key or password: a workflow's token names its repository and why it runs, and AWS compares.

    ``preview`` takes pull requests and the branch, ``deploy`` only jobs that run on the branch, in the GitHub
    environment that has the stack's name (https://docs.github.com/en/actions/reference/security/oidc has the claims).
    The environment alone would not do: a job of any branch may name it.
    """

    def __init__(self, name: str, args: PipelineRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:PipelineRoles", name, {}, opts)
        pipeline = Pipeline(
            topology=args.topology,
            regions=args.regions,
            secret=args.secret,
            issuer=ISSUER,
            has_names=args.has_names,
        )
        provider = [self._identity_provider(name)] if args.first_of_account else []
        of, branch = f"repo:{args.repository}", f"refs/heads/{args.branch}"
        looks = {"sub": (f"{of}:pull_request", f"{of}:ref:{branch}")}
        changes = {"sub": (f"{of}:environment:{args.topology.stack}",), "ref": (branch,)}
        preview = self._role(name, "preview", pipeline, looks, provider)
        deploy = self._role(name, "deploy", pipeline, changes, provider)
        self._policy(name, "preview", preview, pipeline.preview())
        self._policy(name, "deploy", deploy, pipeline.deploy())
        self.register_outputs({})

    def _identity_provider(self, name: str) -> aws.iam.OpenIdConnectProvider:
        return aws.iam.OpenIdConnectProvider(
            f"{name}-identity-provider",
            url=f"https://{ISSUER}",
            client_id_lists=[AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _role(
        self,
        name: str,
        noun: str,
        pipeline: Pipeline,
        claims: Mapping[str, tuple[str, ...]],
        needed: list[aws.iam.OpenIdConnectProvider],
    ) -> aws.iam.Role:
        provider_arn = pipeline.topology.identity_provider_arn(ISSUER)
        return aws.iam.Role(
            f"{name}-{noun}-role",
            name=pipeline.role_name(noun),
            assume_role_policy=trust_tokens(provider_arn, ISSUER, {"aud": (AUDIENCE,), **claims}),
            opts=pulumi.ResourceOptions(parent=self, depends_on=needed),
        )

    def _policy(
        self, name: str, noun: str, role: aws.iam.Role, statements: tuple[Statement, ...]
    ) -> aws.iam.RolePolicy:
        return aws.iam.RolePolicy(
            f"{name}-{noun}-policy",
            role=role.name,
            policy=document(statements),
            opts=pulumi.ResourceOptions(parent=self),
        )

"""The enrolment function of one control region: its address, who may call it, what it may do, who hears of refusals."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import EMF_NAMESPACE, AlarmArgs, Metric, alarm, errors_alarm, throttles_alarm
from infra.aws.policy import Statement, leading_keys
from infra.aws.regional_function import FunctionLimits, RegionalFunction, RegionalFunctionArgs
from infra.aws.secret_container import secret_container
from infra.aws.topology import Topology

NOUN = "enrolment"
# All its calls one after another, each to its deadline: rows 2 x 6 s, Linode 5 s, STS and KMS 2 s each.
TIMEOUT_SECONDS = 24
# Whoever floods the address gets these and no more: they are taken from what observers and orchestrators share.
AT_MOST = 5
REFUSALS, REFUSAL_MINUTES = 5, 5


@dataclass(frozen=True, kw_only=True)
class EnrolmentArgs:
    """``authority_key_arns`` are the region's own, by label; ``linode_url`` is where Linode's API is asked."""

    topology: Topology
    aws_region: str
    authority_key_arns: Mapping[str, pulumi.Input[str]]
    linode_url: str
    signals_arn: pulumi.Input[str]
    limits: FunctionLimits


class Enrolment(pulumi.ComponentResource):
    """A function behind an address of its own that takes calls without AWS's signature.

    A new machine has no credentials of AWS: giving it some is what the function is for. So each request proves itself
    (failover/enrolment/decision.py), by what Linode says of the instance and by the machine's own key.
    """

    url: pulumi.Output[str]

    def __init__(self, name: str, args: EnrolmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:Enrolment", name, {}, opts)
        token = self._token(name, args)
        function = RegionalFunction(f"{NOUN}-aws-{args.aws_region}", _function(args, token), self._child())
        self._let_in(name, function)
        self._alarms(name, args, function)
        self.url = self._url(name, function).function_url
        self.register_outputs({"url": self.url})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _token(self, name: str, args: EnrolmentArgs) -> aws.secretsmanager.Secret:
        """Declare the container; a person puts the token into it, in every control region."""
        description = "Linode API token of a user that may only read instances; put here by hand, never by Pulumi."
        secret = args.topology.linode_enrolment_secret
        return secret_container(f"{name}-linode-token", secret, description, self._child())

    def _url(self, name: str, function: RegionalFunction) -> aws.lambda_.FunctionUrl:
        return aws.lambda_.FunctionUrl(
            f"{name}-url", function_name=function.name, authorization_type="NONE", opts=self._child()
        )

    def _let_in(self, name: str, function: RegionalFunction) -> None:
        """Let anybody call the address, and nothing but it; since October 2025 that takes both permissions.

        https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
        """
        aws.lambda_.Permission(
            f"{name}-call-url",
            action="lambda:InvokeFunctionUrl",
            function=function.name,
            principal="*",
            function_url_auth_type="NONE",
            opts=self._child(),
        )
        aws.lambda_.Permission(
            f"{name}-run-by-url",
            action="lambda:InvokeFunction",
            function=function.name,
            principal="*",
            invoked_via_function_url=True,
            opts=self._child(),
        )

    def _alarms(self, name: str, args: EnrolmentArgs, function: RegionalFunction) -> None:
        named, longest = args.topology.named, args.limits.timeout_seconds
        errors = errors_alarm(NOUN, named("enrolment-errors"), function.name, args.signals_arn, longest)
        throttles = throttles_alarm(NOUN, named("enrolment-throttled"), function.name, args.signals_arn)
        alarm(f"{name}-errors", errors, self._child())
        alarm(f"{name}-throttled", throttles, self._child())
        alarm(f"{name}-refused", _refused(args), self._child())


def _function(args: EnrolmentArgs, token: aws.secretsmanager.Secret) -> RegionalFunctionArgs:
    return RegionalFunctionArgs(
        topology=args.topology,
        aws_region=args.aws_region,
        noun=NOUN,
        environment=_environment(args),
        statements=enrolment_statements(args, token.arn),
        limits=args.limits,
        invoked_asynchronously=False,
        at_most=AT_MOST,
    )


def _environment(args: EnrolmentArgs) -> dict[str, pulumi.Input[str]]:
    topology = args.topology
    return {
        "STACK": topology.stack,
        "CONTROL_TABLE": topology.control_table,
        "NODE_ROLE_ARN": topology.node_role_arn,
        "LINODE_API_URL": args.linode_url,
        "LINODE_TOKEN_SECRET_NAME": topology.linode_enrolment_secret,
        "AUTHORITY_KEY_ARNS": pulumi.Output.json_dumps(dict(args.authority_key_arns)),
        # Older SDKs ask STS in us-east-1 for many regions, unless they are told
        # (https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html).
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
    }


def enrolment_statements(args: EnrolmentArgs, token_arn: pulumi.Input[str]) -> tuple[Statement, ...]:
    """Return what it may do: keep enrolments, read the authority's rows, sign, ask Linode, give nodes their role."""
    topology = args.topology
    control = (topology.table_arn(args.aws_region, topology.control_table),)
    keep = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
    node_role = (topology.node_role_arn,)
    return (
        Statement(sid="KeepEnrolments", actions=keep, resources=control, condition=leading_keys("enrolment#*")),
        Statement(
            sid="ReadAuthorities", actions=("dynamodb:Query",), resources=control, condition=leading_keys("authority")
        ),
        Statement(sid="ReadLinodeToken", actions=("secretsmanager:GetSecretValue",), resources=(token_arn,)),
        Statement(sid="SignCertificates", actions=("kms:Sign",), resources=tuple(args.authority_key_arns.values())),
        Statement(sid="GiveNodesCredentials", actions=("sts:AssumeRole", "sts:TagSession"), resources=node_role),
    )


def _refused(args: EnrolmentArgs) -> AlarmArgs:
    dimensions = {"Stack": args.topology.stack, "Region": args.aws_region}
    metric = Metric(namespace=EMF_NAMESPACE, name="EnrolmentsRefused", dimensions=dimensions, statistic="Sum")
    return AlarmArgs(
        alarm_name=args.topology.named("enrolment-refused"),
        metric=metric,
        breaches_when="at_least",
        threshold=REFUSALS,
        minutes=REFUSAL_MINUTES,
        period_minutes=REFUSAL_MINUTES,
        silence_breaches=False,
        topic_arn=args.signals_arn,
        next_step="Somebody claims to be a node and is refused. The function's log says who and why; then "
        "`lifeboat node show`, and `lifeboat runbook enrolment`.",
    )

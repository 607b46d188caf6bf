"""One Lambda function with what it must never be without: its log group, its role, its limits."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.aws.function_archive import function_archive
from infra.aws.policy import Statement, document, trust
from infra.aws.topology import Topology

RUNTIME = "python3.12"
# An order older than this is a hint nobody needs: its sender looks again every few seconds.
LONGEST_WAIT_SECONDS = 60
# Not a setting: below it boto3 logs its headers and answers, secrets among them; above it the `decided` lines are gone,
# and a line of metrics, which carries no level, counts as INFO
# (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html).
APPLICATION_LOG_LEVEL = "INFO"


@dataclass(frozen=True, kw_only=True)
class FunctionLimits:
    """What all functions of a stack share, and how long this one may run."""

    timeout_seconds: int
    memory_mb: int
    log_retention_days: int


@dataclass(frozen=True, kw_only=True)
class RegionalFunctionArgs:
    """``noun`` names the code, ``lambdas/<noun>/``; with dashes for underscores it is part of the physical name.

    ``instance`` is another part of it, where a region has several functions of the same code. ``at_most`` bounds how
    many run at once, and takes as many from what all others of the account share.
    """

    topology: Topology
    aws_region: str
    noun: str
    environment: Mapping[str, pulumi.Input[str]]
    statements: tuple[Statement, ...]
    limits: FunctionLimits
    invoked_asynchronously: bool
    instance: str = ""
    at_most: int | None = None

    @property
    def dashed(self) -> str:
        """Return the noun, and the instance if there is one, as it is spelt in names."""
        return "-".join(filter(None, (self.noun.replace("_", "-"), self.instance)))


class RegionalFunction(pulumi.ComponentResource):
    """A function of one region, allowed what its statements say and to write its own log, nothing else."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(self, name: str, args: RegionalFunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:RegionalFunction", name, {}, opts)
        logs = self._logs(name, args)
        role = self._role(name, args)
        policy = self._policy(name, args, role)
        function = self._function(name, args, role, [logs, policy])
        if args.invoked_asynchronously:
            self._asynchronous_limits(name, function)
        self.name = function.name
        # Whoever takes the ARN must wait until the function's policy exists as well, so it is the function's own.
        self.arn = function.arn
        self.register_outputs({"name": self.name, "arn": self.arn})

    def _logs(self, name: str, args: RegionalFunctionArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=args.topology.log_group(args.dashed),
            retention_in_days=args.limits.log_retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _role(self, name: str, args: RegionalFunctionArgs) -> aws.iam.Role:
        return aws.iam.Role(
            f"{name}-role",
            path=args.topology.role_path,
            assume_role_policy=trust("lambda.amazonaws.com"),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _policy(self, name: str, args: RegionalFunctionArgs, role: aws.iam.Role) -> aws.iam.RolePolicy:
        # Streams of a log group have names that Lambda makes up, hence the `*` after the group.
        streams = f"{args.topology.log_group_arn(args.aws_region, args.dashed)}:log-stream:*"
        write = Statement(
            sid="WriteOwnLog", actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=(streams,)
        )
        return aws.iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=document([*args.statements, write]),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _function(
        self, name: str, args: RegionalFunctionArgs, role: aws.iam.Role, needed: list[pulumi.Resource]
    ) -> aws.lambda_.Function:
        return aws.lambda_.Function(
            f"{name}-function",
            name=args.topology.named(args.dashed),
            role=role.arn,
            runtime=RUNTIME,
            architectures=["arm64"],
            handler=f"lambdas.{args.noun}.handler.handle",
            code=function_archive(args.noun),
            timeout=args.limits.timeout_seconds,
            memory_size=args.limits.memory_mb,
            reserved_concurrent_executions=args.at_most,
            environment=aws.lambda_.FunctionEnvironmentArgs(variables=args.environment),
            logging_config=_logging(args),
            opts=pulumi.ResourceOptions(parent=self, depends_on=needed),
        )

    def _asynchronous_limits(self, name: str, function: aws.lambda_.Function) -> aws.lambda_.FunctionEventInvokeConfig:
        return aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-asynchronous-limits",
            function_name=function.name,
            maximum_retry_attempts=0,
            maximum_event_age_in_seconds=LONGEST_WAIT_SECONDS,
            opts=pulumi.ResourceOptions(parent=self),
        )


def _logging(args: RegionalFunctionArgs) -> aws.lambda_.FunctionLoggingConfigArgs:
    return aws.lambda_.FunctionLoggingConfigArgs(
        log_format="JSON",
        application_log_level=APPLICATION_LOG_LEVEL,
        system_log_level="WARN",
        log_group=args.topology.log_group(args.dashed),
    )

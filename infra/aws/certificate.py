"""The keeper of the sites' public certificate in one control region: secrets, function, daily start, alarms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws

from infra.aws.alarm import EMF_NAMESPACE, AlarmArgs, Metric, alarm, errors_alarm
from infra.aws.policy import Condition, Statement, document, leading_keys, trust
from infra.aws.regional_function import LONGEST_WAIT_SECONDS, FunctionLimits, RegionalFunction, RegionalFunctionArgs
from infra.aws.secret_container import secret_container
from infra.aws.topology import Topology

NOUN = "certificate"
DAY_MINUTES = 24 * 60
# A third of 90 days are 30: two weeks of runs have failed by then, and two weeks are left.
FEWEST_DAYS = 14
HOURS = 24
PROOF_ACTIONS = ("UPSERT", "DELETE")
NOT_ACME = "internal"
FAILED = "The certificate could not be renewed, or a region does not have it. `lifeboat runbook certificate`."


@dataclass(frozen=True, kw_only=True)
class AcmeArgs:
    """``zone_id`` is Route 53's; without it the zone is Linode's, and a token for it is a secret that people set."""

    directory: str
    contact: str
    zone: str
    zone_id: pulumi.Input[str] | None


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """``names`` begin with the one that people use. Without ``acme`` a throw-away authority signs."""

    topology: Topology
    aws_region: str
    names: tuple[str, ...]
    acme: AcmeArgs | None
    signals_arn: pulumi.Input[str]
    limits: FunctionLimits
    margin_seconds: int

    def secret(self, noun: str) -> str:
        """Return the name of a secret, the same in each control region."""
        return f"lifeboat/{self.topology.stack}/{noun}"

    @property
    def on_linode(self) -> bool:
        """Whether names are proved in Linode's DNS."""
        return self.acme is not None and self.acme.zone_id is None


class Certificate(pulumi.ComponentResource):
    """Looks each day, at another hour in each region; a run that does not leave the certificate whole fails."""

    def __init__(self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lifeboat:aws:Certificate", name, {}, opts)
        for noun, description in _secrets(args).items():
            child = pulumi.ResourceOptions(parent=self)
            secret_container(f"{name}-{noun}", args.secret(noun), description, child)
        function = RegionalFunction(f"{name}-keeper", _function(args), pulumi.ResourceOptions(parent=self))
        self._schedule(name, args, function)
        self._alarms(name, args, function)
        self.register_outputs({})

    def _schedule(self, name: str, args: CertificateArgs, function: RegionalFunction) -> aws.scheduler.Schedule:
        role = aws.iam.Role(
            f"{name}-scheduler-role",
            path=args.topology.role_path,
            assume_role_policy=trust(
                "scheduler.amazonaws.com", {"StringEquals": {"aws:SourceAccount": args.topology.account_id}}
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        start = Statement(sid="StartKeeper", actions=("lambda:InvokeFunction",), resources=(function.arn,))
        allowed = aws.iam.RolePolicy(
            f"{name}-scheduler-policy",
            role=role.name,
            policy=document([start]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return aws.scheduler.Schedule(
            f"{name}-schedule",
            name=args.topology.named(NOUN),
            schedule_expression=daily(args.topology.control_regions, args.aws_region),
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
            target=_target(function, role),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )

    def _alarms(self, name: str, args: CertificateArgs, function: RegionalFunction) -> None:
        child, named, longest = pulumi.ResourceOptions(parent=self), args.topology.named, args.limits.timeout_seconds
        errors = errors_alarm(
            "certificate's keeper", named("certificate-errors"), function.name, args.signals_arn, longest
        )
        alarm(f"{name}-errors", replace(errors, next_step=FAILED), child)
        alarm(f"{name}-expires", _expires(args), child)


def daily(regions: tuple[str, ...], aws_region: str) -> str:
    """Return when a region looks: as far from the others' hours as can be.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
    """
    hour = 2 + sorted(regions).index(aws_region) * HOURS // len(regions)
    return f"cron(0 {hour} * * ? *)"


def certificate_statements(args: CertificateArgs) -> tuple[Statement, ...]:
    """Return what a keeper may do: take turns, read and write the certificate everywhere, prove its own names."""
    topology = args.topology
    control = (topology.table_arn(args.aws_region, topology.control_table),)
    turns = Statement(
        sid="TakeTurns",
        actions=("dynamodb:GetItem", "dynamodb:UpdateItem"),
        resources=control,
        condition=leading_keys(f"certificate#{args.names[0]}"),
    )
    kept = ("site-certificate", *(("acme-account",) if args.acme else ()))
    keep = Statement(
        sid="KeepCertificate",
        actions=("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        # Secrets Manager adds six characters of its own to a name.
        resources=tuple(
            topology.secret_arn(region, f"{args.secret(noun)}-??????")
            for noun in kept
            for region in topology.control_regions
        ),
    )
    return (turns, keep, *_proof_statements(args))


def _proof_statements(args: CertificateArgs) -> tuple[Statement, ...]:
    if args.acme is None:
        return ()
    if args.acme.zone_id is None:
        token = args.topology.secret_arn(args.aws_region, f"{args.secret('linode-dns-token')}-??????")
        return (Statement(sid="ReadLinodeToken", actions=("secretsmanager:GetSecretValue",), resources=(token,)),)
    zone = pulumi.Output.concat("arn:aws:route53:::hostedzone/", args.acme.zone_id)
    changed = ("route53:ChangeResourceRecordSets",)
    # Route 53 makes up the ids of changes, and what one tells is whether it is done.
    return (
        Statement(sid="ProveNames", actions=changed, resources=(zone,), condition=proofs_only(args.names)),
        Statement(sid="AwaitProofs", actions=("route53:GetChange",), resources=("arn:aws:route53:::change/*",)),
    )


def proofs_only(names: tuple[str, ...]) -> Condition:
    """Return the condition that a change is of nothing but the TXT records that prove these names.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-conditions-route53.html
    """
    key = "route53:ChangeResourceRecordSets"
    return {
        "ForAllValues:StringEquals": {
            f"{key}NormalizedRecordNames": [f"_acme-challenge.{name}" for name in names],
            f"{key}RecordTypes": ["TXT"],
            f"{key}Actions": list(PROOF_ACTIONS),
        }
    }


def _secrets(args: CertificateArgs) -> Mapping[str, str]:
    """Return the containers, by what they are for."""
    secrets = {"site-certificate": "The sites' certificate and its key; put here by the keeper, never by Pulumi."}
    if args.acme:
        secrets["acme-account"] = "The key that the issuer knows this stack by; put here by the keeper."
    if args.on_linode:
        secrets["linode-dns-token"] = "A token of Linode's that may write domains; a person puts it here."
    return secrets


def _function(args: CertificateArgs) -> RegionalFunctionArgs:
    return RegionalFunctionArgs(
        topology=args.topology,
        aws_region=args.aws_region,
        noun=NOUN,
        environment=_environment(args),
        statements=certificate_statements(args),
        limits=args.limits,
        invoked_asynchronously=True,
    )


def _environment(args: CertificateArgs) -> dict[str, pulumi.Input[str]]:
    acme = args.acme
    told: dict[str, pulumi.Input[str]] = {
        "STACK": args.topology.stack,
        "CONTROL_TABLE": args.topology.control_table,
        "CONTROL_REGIONS": ",".join(args.topology.control_regions),
        "CERTIFICATE_NAMES": ",".join(args.names),
        "CERTIFICATE_SECRET": args.secret("site-certificate"),
        "CERTIFICATE_ISSUER": "acme" if acme else NOT_ACME,
        "RUN_SECONDS": str(args.limits.timeout_seconds - args.margin_seconds),
    }
    if acme is None:
        return told
    told |= {"ACME_DIRECTORY": acme.directory, "ACME_CONTACT": acme.contact, "ZONE": acme.zone}
    told["ACME_ACCOUNT_SECRET"] = args.secret("acme-account")
    if acme.zone_id is None:
        return {**told, "LINODE_DNS_SECRET": args.secret("linode-dns-token")}
    return {**told, "HOSTED_ZONE_ID": acme.zone_id}


def _target(function: RegionalFunction, role: aws.iam.Role) -> aws.scheduler.ScheduleTargetArgs:
    return aws.scheduler.ScheduleTargetArgs(
        arn=function.arn,
        role_arn=role.arn,
        retry_policy=aws.scheduler.ScheduleTargetRetryPolicyArgs(
            maximum_retry_attempts=0, maximum_event_age_in_seconds=LONGEST_WAIT_SECONDS
        ),
    )


def _expires(args: CertificateArgs) -> AlarmArgs:
    """Return the alarm for a certificate that nobody renews in time, and for nobody looking at all.

    Each day has one look, and a day's may come a little later than the day before: two days without one are silence.
    """
    dimensions = {"Stack": args.topology.stack, "Region": args.aws_region}
    return AlarmArgs(
        alarm_name=args.topology.named("certificate-expires"),
        metric=Metric(namespace=EMF_NAMESPACE, name="CertificateDaysLeft", dimensions=dimensions, statistic="Minimum"),
        breaches_when="less_than",
        threshold=FEWEST_DAYS,
        minutes=2 * DAY_MINUTES,
        period_minutes=DAY_MINUTES,
        silence_breaches=True,
        topic_arn=args.signals_arn,
        next_step="The sites' certificate ends within two weeks, or nobody looks. `lifeboat runbook certificate`.",
    )

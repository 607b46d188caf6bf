"""What the stack's config says, checked as a whole: a Settings that exists can be deployed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from failover.protocol import Protocol
from failover.sites import LOST_REGIONS
from infra.linode.naming import LONGEST_STACK
from stacks.app_settings import AppSettings, read_app
from stacks.config_error import IN_THE_FILE, ConfigError
from stacks.config_section import Section, project_section
from stacks.control_settings import ControlSettings, read_control
from stacks.data_settings import DataSettings, read_data
from stacks.email_address import require_email
from stacks.pipeline_settings import PipelineSettings, read_pipeline
from stacks.protocol_settings import read_protocol
from stacks.traffic_settings import TrafficSettings, read_traffic
from stacks.versions_checks import check_versions

ACCOUNT_ID = re.compile(r"[0-9]{12}")
STACK_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
WEBHOOK = re.compile(r"https://[^@\s/]+(/\S*)?")
ENDPOINT = re.compile(r"https?://[^@\s/]+/?")
# A whole processor: it is cold whenever it matters, and runs for seconds a year.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
ONE_PROCESSOR_MB = 1769
# Part of the policies' `dynamodb:LeadingKeys`: there `*`, `?` and `$` stand for more than themselves, `#` ends it.
ITEM_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# stacks/providers.py sets its own; https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html has AWS's.
RESERVED_TAGS = ("lifeboat:", "aws:")
SECRET_NAME = re.compile(r"[A-Za-z0-9/_+=.-]{1,200}")
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)


@dataclass(frozen=True, kw_only=True)
class HealthCheckSettings:
    """The canary that observers write and read, and how much slower than usual is too slow."""

    item_key: str
    item_value: str
    max_latency_ms: int

    def __post_init__(self) -> None:
        _require("healthCheck.itemKey", self.item_key, ITEM_KEY, "it has 1-64 of A-Z a-z 0-9 _ . -")


@dataclass(frozen=True, kw_only=True)
class AlertingSettings:
    """Who is told. Addresses only: the Slack webhook is a secret, known here by its name."""

    emails: tuple[str, ...]
    webhooks: tuple[str, ...]
    slack_webhook_secret: str

    def __post_init__(self) -> None:
        for place, email in enumerate(self.emails):
            require_email(f"lifeboat:alerting.emails[{place}]", email)
        for place, webhook in enumerate(self.webhooks):
            allowed = "it must be an https:// address without credentials"
            _require(f"alerting.webhooks[{place}]", webhook, WEBHOOK, allowed)
        allowed = "a secret's name has 1-200 of A-Z a-z 0-9 /_+=.-"
        _require("alerting.slackWebhookSecret", self.slack_webhook_secret, SECRET_NAME, allowed)


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """What the Lambda functions share."""

    memory_mb: int
    orchestrator_memory_mb: int
    log_retention_days: int

    def __post_init__(self) -> None:
        if self.log_retention_days not in RETENTION_DAYS:
            allowed = f"CloudWatch Logs keeps {', '.join(map(str, RETENTION_DAYS))} days"
            raise ConfigError("lifeboat:functions.logRetentionDays", self.log_retention_days, allowed)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that the parts of the program read."""

    stack: str
    account_id: str
    control: ControlSettings
    data: DataSettings
    health_check: HealthCheckSettings
    protocol: Protocol
    alerting: AlertingSettings
    functions: FunctionSettings
    pipeline: PipelineSettings
    app: AppSettings | None
    traffic: TrafficSettings | None
    protect_data: bool
    endpoint: str | None
    tags: Mapping[str, str]
    lost_regions: frozenset[str]
    """Regions that do not answer while this runs. Not config: a stack file outlives an outage."""

    def __post_init__(self) -> None:
        if not STACK_NAME.fullmatch(self.stack):
            allowed = "1-20 lower-case letters, digits and '-', a letter first"
            raise ConfigError("stack", self.stack, allowed, "change it with `pulumi stack rename NAME`")
        if self.app and len(self.stack) > LONGEST_STACK:
            allowed = f"at Linode labels have 32 characters, which leaves {LONGEST_STACK} to a stack with lifeboat:app"
            raise ConfigError("stack", self.stack, allowed, "change it with `pulumi stack rename NAME`")
        if not ACCOUNT_ID.fullmatch(self.account_id):
            raise ConfigError("lifeboat:accountId", self.account_id, "an AWS account id has 12 digits")
        self._check_latency()
        check_versions(self.stack, self.account_id, self.data)
        self._check_traffic()
        if self.endpoint is None and self.protocol.time_scale != 1:
            allowed = "it must be 1 in AWS, whose schedules keep their pace; lifeboat:endpoints.url is not set"
            raise ConfigError("lifeboat:protocol.timeScale", self.protocol.time_scale, allowed)
        if self.endpoint is not None:
            _require("endpoints.url", self.endpoint, ENDPOINT, "it must be http(s)://HOST[:PORT]")
        if strangers := self.lost_regions - set(self.regions):
            allowed = f"it lists regions of this stack, with commas between them: {', '.join(self.regions)}"
            raise ConfigError(
                LOST_REGIONS, ",".join(sorted(strangers)), allowed, f"change it or `unset {LOST_REGIONS}`"
            )

    def _check_latency(self) -> None:
        longest = self.protocol.probe_deadline * 1000
        if self.health_check.max_latency_ms > longest:
            allowed = f"it must be at most {longest:g} ms: no call is waited for beyond protocol.probeDeadline"
            raise ConfigError("lifeboat:healthCheck.maxLatencyMs", self.health_check.max_latency_ms, allowed)

    def _check_traffic(self) -> None:
        if self.traffic is not None and self.app is None:
            allowed = "a name leads to the application tier, and lifeboat:app is not set"
            raise ConfigError("lifeboat:traffic.name", self.traffic.name, allowed, IN_THE_FILE)

    @classmethod
    def load(cls, stack: str, pulumi_config: str, lost_regions: str = "") -> "Settings":
        """Read the settings of a stack from ``PULUMI_CONFIG``, and which regions are lost from ``LOST_REGIONS``.

        Raises:
            ConfigError: the first wrong, missing or unknown key.
        """
        with project_section(pulumi_config) as project:
            return _read(stack, project, frozenset(filter(None, lost_regions.replace(" ", "").split(","))))

    @property
    def regions(self) -> tuple[str, ...]:
        """Every AWS region that the stack has something in, sorted."""
        return tuple(sorted({*self.control.regions, *self.data.regions}))


def _read(stack: str, project: Section, lost_regions: frozenset[str]) -> Settings:
    control = read_control(project.section("control"))
    return Settings(
        stack=stack,
        account_id=project.text("accountId"),
        control=control,
        data=read_data(project.section("data")),
        health_check=_health_check(project.section("healthCheck")),
        protocol=read_protocol(project.section("protocol"), control.regions),
        alerting=_alerting(project.section("alerting"), stack),
        functions=_functions(project.section("functions")),
        pipeline=read_pipeline(project.section("pipeline")),
        app=read_app(project.section("app")),
        traffic=read_traffic(project.section("traffic")),
        protect_data=project.flag("protectData", True),
        endpoint=_endpoint(project.section("endpoints")),
        tags=_tags(project.section("tags")),
        lost_regions=lost_regions,
    )


def _health_check(section: Section) -> HealthCheckSettings:
    with section:
        return HealthCheckSettings(
            item_key=section.text("itemKey", "health_check_id"),
            item_value=section.text("itemValue", "ok"),
            max_latency_ms=section.whole("maxLatencyMs", 500, 10, 10_000),
        )


def _alerting(section: Section, stack: str) -> AlertingSettings:
    with section:
        return AlertingSettings(
            emails=section.texts("emails", ()),
            webhooks=section.texts("webhooks", ()),
            slack_webhook_secret=section.text("slackWebhookSecret", f"lifeboat/{stack}/slack-webhook"),
        )


def _functions(section: Section) -> FunctionSettings:
    with section:
        return FunctionSettings(
            memory_mb=section.whole("memoryMb", 256, 128, 10_240),
            orchestrator_memory_mb=section.whole("orchestratorMemoryMb", ONE_PROCESSOR_MB, 128, 10_240),
            log_retention_days=section.whole("logRetentionDays", 30, 1, 3653),
        )


def _endpoint(section: Section) -> str | None:
    with section:
        return section.optional_text("url")


def _tags(section: Section) -> dict[str, str]:
    tags = {name: section.text(name) for name in sorted(section.names())}
    for name, value in tags.items():
        if name.lower().startswith(RESERVED_TAGS):
            allowed = "tags that begin with lifeboat: are set by this program, those with aws: by AWS"
            raise ConfigError(section.key(name), value, allowed, IN_THE_FILE)
    return tags


def _require(key: str, value: str, pattern: re.Pattern[str], allowed: str) -> None:
    if not pattern.fullmatch(value):
        raise ConfigError(f"lifeboat:{key}", value, allowed)

"""The program: one environment of Lifeboat, from its settings to its outputs."""

import os

import pulumi

from failover.sites import LOST_REGIONS
from stacks.app import build_app
from stacks.certificate import build_certificates
from stacks.control import build_control
from stacks.data import build_data
from stacks.enrolment import build_enrolment
from stacks.outputs import InTheObject, export, stack_outputs
from stacks.pipeline import build_pipeline
from stacks.providers import build_providers
from stacks.replication import build_replication
from stacks.settings import Settings
from stacks.traffic import build_inbox, build_traffic, build_zone
from stacks.watching import build_alerts, build_table_alarms

settings = Settings.load(pulumi.get_stack(), os.environ.get("PULUMI_CONFIG", "{}"), os.environ.get(LOST_REGIONS, ""))
providers = build_providers(settings)
zone = build_zone(settings, providers)
control = build_control(settings, providers, zone.id if zone else "")
data = build_data(settings, providers)
alerts = build_alerts(settings, providers, control)
build_table_alarms(settings, providers, data, alerts)
replication = build_replication(settings, providers, data, alerts)
pipeline = build_pipeline(settings, providers)
build_inbox(settings, providers)
build_certificates(settings, providers, control, zone)
app = build_app(settings, providers)
traffic = build_traffic(settings, providers, zone, app.addresses)
enrolment = build_enrolment(settings, providers, control)
alone = InTheObject(replication=replication, app=app.outputs, traffic=traffic, enrolment=enrolment)
export(stack_outputs(settings, control, data, pipeline, alone))

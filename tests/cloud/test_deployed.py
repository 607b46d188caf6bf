"""What is true of a stack right after it was deployed, before anybody asks anything of it."""

from tests.cloud.stage import Stage
from tests.waiting import eventually

FIRED_SECONDS = 15.0


def test_every_control_region_can_tell_people_by_its_own_secret(stage: Stage) -> None:
    for region in stage.control_regions:
        secret = stage.client("secretsmanager", region).get_secret_value(SecretId=stage.outputs["slackWebhookSecret"])
        assert secret["SecretString"] == f"{stage.cloud.addresses.sink}/slack/{region}"


def test_observers_are_started_by_their_schedules(stage: Stage) -> None:
    def observing() -> bool:
        running = {one["region"] for one in stage.cloud.sandboxes() if one["function"] == stage.observer}
        return running >= set(stage.control_regions)

    eventually(observing, FIRED_SECONDS, "an observer in each control region")

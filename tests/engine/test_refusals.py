"""What the engine refuses, evaluation refuses in the same words; what the program refuses is one line."""

import json
import re

import pulumi
import pytest

from evaluation import Refused, evaluate
from evaluation.project import stack_config
from tests.engine.workplace import STACK, Workplace

MISTYPED = [{"accountId": None}, {"control": "us-east-1"}, {"protectData": "yes"}]
PROGRAMS = {
    "twice": """
import pulumi
for _ in range(2):
    pulumi.ComponentResource("lifeboat:aws:Topic", "twice", {})
""",
    "nobodys": """
import pulumi
pulumi.CustomResource("aws:sns/topic:Topic", "nobodys", {})
""",
}


@pytest.fixture
def place(empty: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A workplace in which nothing is deployed, to be changed."""
    return empty.copied(tmp_path_factory.mktemp("refused"))


@pytest.mark.parametrize("values", MISTYPED, ids=lambda values: next(iter(values)))
def test_a_missing_or_mistyped_value_is_refused_in_the_same_words(place: Workplace, values: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        stack_config(STACK, values)
    place.configure(values)
    assert place.preview(fails=True).strip() == f"error: validating stack config: {refused.value}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_the_sdks_own_monitor_lets_pass_is_refused_in_the_same_words(place: Workplace, program: str) -> None:
    with pytest.raises(Refused) as refused:
        evaluate(STACK, program=lambda: exec(PROGRAMS[program]))  # noqa: S102 - the same text as the engine's
    (place.project / "__main__.py").write_text(PROGRAMS[program])
    assert f"error: {refused.value}" in place.preview(fails=True)


def test_a_wrong_value_is_one_line_with_key_value_what_is_allowed_and_the_remedy(place: Workplace) -> None:
    data = json.loads(stack_config(STACK, {})["lifeboat:data"]) | {"secondaryRegion": "us-east-1"}
    with pytest.raises(pulumi.RunError) as refused:
        evaluate(STACK, config={"data": data})
    place.configure({"data": data})
    said = place.preview(fails=True)
    assert set(re.findall(r"error: (lifeboat:.*)", said)) == {str(refused.value)}
    assert "Traceback" not in said

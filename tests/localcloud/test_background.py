"""What a person reads who deploys into a cloud of his own."""

import pytest

from localcloud.background import in_one_line
from localcloud.cloud import EmbeddedCloud
from localcloud.create import NotCreated, Unsupported


@pytest.mark.parametrize("kind", [NotCreated, Unsupported])
def test_what_cannot_be_made_is_told_in_one_line_and_what_to_do(kind: type[Exception]) -> None:
    def deploy() -> EmbeddedCloud:
        raise kind("urn::web: POST /linode/instances: 400: Account Limit reached.")

    with pytest.raises(SystemExit) as caught:
        in_one_line(deploy)
    told, advice = str(caught.value).splitlines()
    assert told == "urn::web: POST /linode/instances: 400: Account Limit reached."
    assert advice.endswith("run this again: it begins anew.")


def test_an_error_of_ours_keeps_its_trace() -> None:
    def deploy() -> EmbeddedCloud:
        raise KeyError("hostname")

    with pytest.raises(KeyError):
        in_one_line(deploy)

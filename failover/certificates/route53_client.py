"""The two calls to Route 53, as type checkers know them: its stubs are not among what this project locks."""

from collections.abc import Mapping
from typing import Any, Protocol


class Route53Client(Protocol):
    """https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html."""

    def change_resource_record_sets(
        self,
        *,
        HostedZoneId: str,  # noqa: N803 - AWS's names
        ChangeBatch: Mapping[str, object],  # noqa: N803
    ) -> Mapping[str, Any]: ...

    def get_change(self, *, Id: str) -> Mapping[str, Any]: ...  # noqa: N803

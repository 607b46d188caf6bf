"""Which tests run on the same worker.

Tests of the whole cloud share one cloud per worker, and two clouds at a tenth of the timings are one too many for two
processors. `--dist loadgroup` does not keep them together: xdist 3.8 writes a mark's group into an attribute that
pytest 9.2 no longer reads (https://github.com/pytest-dev/pytest-xdist/issues/1386).
"""

from pathlib import PurePosixPath

from xdist.scheduler import LoadScopeScheduling

CLOUD = PurePosixPath("tests/cloud")
OWN_CLOUDS = (CLOUD / "test_owner_killed_at_full_scale.py", CLOUD / "test_overlap.py")


def scope_of(nodeid: str) -> str:
    """Return what the test shares a worker with: the other tests of the cloud, those of its file, or nothing."""
    path = PurePosixPath(nodeid.partition("::")[0])
    if path in OWN_CLOUDS:
        return str(path)
    return str(CLOUD) if path.is_relative_to(CLOUD) else nodeid


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out the scopes with the most tests first, so that the longest do not begin last."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)

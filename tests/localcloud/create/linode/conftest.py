"""An account for each test, and whoever deploys into it."""

import pytest

from tests.localcloud.create.linode.deployer import Deployer
from tests.localcloud.linode.bench import Bench
from tests.localcloud.linode.conftest import bench, server

__all__ = ["bench", "server"]


@pytest.fixture
def deployer(bench: Bench) -> Deployer:
    return Deployer(bench)

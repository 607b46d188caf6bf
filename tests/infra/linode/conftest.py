"""An account at Linode for each test."""

from tests.localcloud.linode.conftest import bench, server

__all__ = ["bench", "server"]

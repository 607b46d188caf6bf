"""The enrolment functions' table."""

from tests.failover.enrolment.conftest import store

__all__ = ["store"]

"""The embedded cloud's front for those of these tests that need one, as its own tests have it."""

from tests.localcloud.conftest import client, front, whole_front

__all__ = ["client", "front", "whole_front"]

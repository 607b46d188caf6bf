"""Containers of secrets, and values that the program itself knows."""

from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator, field


def secret(creation: Creation) -> Created:
    """Create a secret without a value."""
    description = creation.inputs.get("description")
    answer = creation.call("secretsmanager", "create_secret", Name=creation.name, Description=description)
    arn = field(answer, "ARN")
    return arn, {"name": creation.name, "arn": arn}


CREATORS: Mapping[str, Creator] = {"aws:secretsmanager/secret:Secret": secret}

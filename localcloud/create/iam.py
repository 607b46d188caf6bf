"""Roles and their policies; IAM is one for all regions."""

from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator, field


def identity_provider(creation: Creation) -> Created:
    """Create an identity provider, of which an account has one for each issuer."""
    clients = creation.inputs.get("clientIdLists")
    answer = creation.call("iam", "create_open_id_connect_provider", Url=creation.text("url"), ClientIDList=clients)
    arn = field(answer, "OpenIDConnectProviderArn")
    return arn, {"arn": arn}


def role(creation: Creation) -> Created:
    """Create a role."""
    trust = creation.text("assumeRolePolicy")
    path = creation.text("path") or "/"
    answer = creation.call(
        "iam",
        "create_role",
        RoleName=creation.name,
        Path=path,
        AssumeRolePolicyDocument=trust,
        MaxSessionDuration=creation.inputs.get("maxSessionDuration"),
    )
    outputs = {
        "name": creation.name,
        "arn": field(answer, "Role", "Arn"),
        "uniqueId": field(answer, "Role", "RoleId"),
    }
    return creation.name, outputs


def role_policy(creation: Creation) -> Created:
    """Put an inline policy into a role."""
    role_name, policy = creation.text("role"), creation.text("policy")
    creation.call("iam", "put_role_policy", RoleName=role_name, PolicyName=creation.name, PolicyDocument=policy)
    return f"{role_name}:{creation.name}", {"name": creation.name}


CREATORS: Mapping[str, Creator] = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": identity_provider,
    "aws:iam/role:Role": role,
    "aws:iam/rolePolicy:RolePolicy": role_policy,
}

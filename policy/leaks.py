"""No secret in user-data, environment, or anything else that ends in a state file or a console."""

import re
from collections.abc import Iterator, Mapping

from evaluation import Registration
from policy.declared import ARN, FUNCTION, INSTANCE, SECRET, Declared, environment, text, texts
from policy.rule import Finding, Rule
from policy.runtime_values import user_data

# What a secret looks like. None of these is ever a name, an ARN or an address without credentials.
SHAPES: Mapping[str, re.Pattern[str]] = {
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a Slack webhook": re.compile(r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{12,}"),
    "a Slack token": re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    "a GitHub token": re.compile(r"\b(?:gh[oprsu]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})"),
    "a JSON web token": re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    "an address with a password": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:[^\s/@]+@"),
    "a password": re.compile(r"(?i)\b(?:password|passwd|secret|token|api[_-]?key)\s*[:=]\s*['\"]?[^\s'\"${}<]{6,}"),
}
# What the cloud answers with a secret when it makes it, and the secret; the state keeps a resource's outputs.
WITH_A_SECRET: Mapping[str, str] = {
    "aws:iam/accessKey:AccessKey": "an access key's secret half",
    "linode:index/databaseMysqlV2:DatabaseMysqlV2": "a database's root password",
    "linode:index/databasePostgresqlV2:DatabasePostgresqlV2": "a database's root password",
    "linode:index/lkeCluster:LkeCluster": "a cluster's credentials",
    "linode:index/objectStorageKey:ObjectStorageKey": "a key's secret half",
    "linode:index/token:Token": "a token",
}
SECRET_WORD = re.compile(r"(?i)(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?|API_?KEY|PRIVATE_?KEY)(?:$|_)")
# Variables that hold where a secret is, not what it is.
REFERENCE = re.compile(r"(?i)_(?:NAME|ARN|ID|PATH|FILE)$")
ARN_OF_A_SECRET = re.compile(r"arn:aws:(?:secretsmanager|ssm):")


def secret_value(declared: Declared) -> Iterator[Finding]:
    """Find inputs that the program itself calls secret: they are in the state, and in the resource."""
    for one in declared.registrations:
        for path in one.secret_paths:
            yield Finding(resource=one, subject=path, seen=f"is given a secret value, {path}")


def secret_output(declared: Declared) -> Iterator[Finding]:
    """Find resources whose making yields a secret, which then stands among their outputs in the state."""
    for one in declared.of_type(*WITH_A_SECRET):
        yield Finding(resource=one, seen=f"puts {WITH_A_SECRET[one.type]} into the state")


def secret_shape(declared: Declared) -> Iterator[Finding]:
    """Find texts that look like a secret, in user-data and in all inputs."""
    for one in declared.registrations:
        given = [*texts(dict(one.inputs)), *([("userData", user_data(one))] if one.type == INSTANCE else [])]
        for path, value in given:
            for kind, shape in SHAPES.items():
                if shape.search(ARN.sub("", value)):
                    yield Finding(resource=one, subject=path, seen=f"holds {kind} in {path}")


def secret_variable(declared: Declared) -> Iterator[Finding]:
    """Find variables that are called a secret and hold something else than where one is."""
    for one in declared.of_type(FUNCTION):
        for name, value in sorted(environment(one).items()):
            if SECRET_WORD.search(name) and value and not _is_reference(name, value, one, declared):
                yield Finding(resource=one, subject=name, seen=f"is told a secret, {name}")


def _is_reference(name: str, value: str, function: Registration, declared: Declared) -> bool:
    declares = {text(one, "name") for one in declared.of_type(SECRET) if one.region == function.region}
    return bool(REFERENCE.search(name)) or value in declares or bool(ARN_OF_A_SECRET.match(value))


RULES = (
    Rule(
        id="secret-value",
        protects="No state file holds a secret, however it is encrypted.",
        remedy="declare only the secret's container; `lifeboat secret set` puts the value into every control region",
        check=secret_value,
    ),
    Rule(
        id="secret-output",
        protects="No secret comes into the state by the back door, as an output of what makes it.",
        remedy="let a person or run time make it, and `lifeboat secret set` keep it",
        check=secret_output,
    ),
    Rule(
        id="secret-shape",
        protects="No console, state file or metadata service shows a secret.",
        remedy="rotate it now, keep it in Secrets Manager, and pass its name",
        check=secret_shape,
    ),
    Rule(
        id="secret-variable",
        protects="Whoever may describe a function does not read its secrets.",
        remedy="tell the function the name of a secret that is declared in its region",
        check=secret_variable,
    ),
)

"""Which AWS regions can be reached together, and which may share a table with strong consistency (MRSC).

Source of the sets: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

MRSC_SETS: tuple[frozenset[str], ...] = (
    frozenset({"us-east-1", "us-east-2", "us-west-2"}),
    frozenset({"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"}),
    frozenset({"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"}),
)
SETS_FOR_PEOPLE = " or ".join("{" + ", ".join(sorted(regions)) + "}" for regions in MRSC_SETS)


def mrsc_set_of(regions: tuple[str, ...]) -> frozenset[str] | None:
    """Return the set that holds all the regions, or nothing if no one set does."""
    return next((one for one in MRSC_SETS if set(regions) <= one), None)


# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
OTHER_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
    "eusc-": "aws-eusc",
}


def partition_of(aws_region: str) -> str:
    """Return the partition that an account and its ARNs belong to; accounts, and tables, never reach across."""
    return next((name for prefix, name in OTHER_PARTITIONS.items() if aws_region.startswith(prefix)), "aws")

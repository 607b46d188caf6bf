"""Buckets' names, which are made up of the stack's: they must fit into what S3 takes."""

from stacks.config_error import ConfigError

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
LONGEST_BUCKET_NAME = 63


def require_bucket_name(stack: str, bucket: str, what: str) -> None:
    """Check that a bucket can have its name; ``what`` says whose it is.

    Raises:
        ConfigError: it is too long by as much as the stack's name should be shorter.
    """
    if len(bucket) > LONGEST_BUCKET_NAME:
        most = LONGEST_BUCKET_NAME - len(bucket) + len(stack)
        allowed = f"with {what} it has at most {most} characters: {bucket} is a bucket"
        raise ConfigError("stack", stack, allowed, "change it with `pulumi stack rename NAME`")

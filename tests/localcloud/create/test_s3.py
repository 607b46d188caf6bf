"""A bucket for what could not be handed over, with all that a program sets of it."""

import json
from collections.abc import Callable

import pytest

from evaluation import Value
from localcloud.create import Created, Resources, Unsupported
from localcloud.front import Front
from tests.localcloud.conftest import ClientOf
from tests.localcloud.create.test_create import registration
from tests.localcloud.deploying import make_queue

Make = Callable[..., Created]


@pytest.fixture
def make(front: Front) -> Make:
    """Create a resource by its type's last name."""

    def create(kind: str, **inputs: Value) -> Created:
        type_ = f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}"
        return Resources(front.endpoint).create(registration(type_, inputs))

    return create


def test_a_bucket_is_there_with_the_outputs_of_its_provider(make: Make, client: ClientOf) -> None:
    name, outputs = make("Bucket", bucket="dead-letters", forceDestroy=True)
    assert (name, outputs["arn"]) == ("dead-letters", "arn:aws:s3:::dead-letters")
    assert outputs["bucketRegionalDomainName"] == "dead-letters.s3.us-east-1.amazonaws.com"
    client("s3").put_object(Bucket=name, Key="a", Body=b"content")
    assert client("s3").get_object(Bucket=name, Key="a")["Body"].read() == b"content"


def test_a_bucket_that_was_not_named_gets_a_name_that_s3_allows(make: Make) -> None:
    name, _ = make("Bucket")
    assert name == name.lower()
    assert len(name) <= 63


def test_what_is_set_of_a_bucket_is_in_force(make: Make, client: ClientOf) -> None:
    s3, name = client("s3"), make("Bucket", bucket="settled-bucket")[0]
    make("BucketVersioning", bucket=name, versioningConfiguration={"status": "Enabled"})
    make("BucketPublicAccessBlock", bucket=name, blockPublicAcls=True, blockPublicPolicy=True)
    default: Value = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "key"}
    make(
        "BucketServerSideEncryptionConfiguration",
        bucket=name,
        rules=[{"applyServerSideEncryptionByDefault": default, "bucketKeyEnabled": True}],
    )
    make("BucketOwnershipControls", bucket=name, rule={"objectOwnership": "BucketOwnerEnforced"})
    make("BucketPolicy", bucket=name, policy=json.dumps({"Version": "2012-10-17", "Statement": []}))
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    blocked = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert (blocked["BlockPublicAcls"], blocked["RestrictPublicBuckets"]) == (True, False)
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"}
    (owned,) = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert owned == {"ObjectOwnership": "BucketOwnerEnforced"}
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"] == []


def test_a_lifecycle_is_kept_as_it_was_declared(make: Make, client: ClientOf) -> None:
    name = make("Bucket", bucket="ageing-bucket")[0]
    rules: Value = [
        {"id": "old", "status": "Enabled", "expiration": {"days": 30}},
        {
            "id": "parts",
            "status": "Enabled",
            "filter": {"prefix": "aws/"},
            "noncurrentVersionExpiration": {"noncurrentDays": 7},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
        },
    ]
    make("BucketLifecycleConfiguration", bucket=name, rules=rules)
    old, parts = client("s3").get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert (old["ID"], old["Expiration"]["Days"]) == ("old", 30)
    assert (parts["Filter"]["Prefix"], parts["NoncurrentVersionExpiration"]["NoncurrentDays"]) == ("aws/", 7)


def test_a_bucket_tells_a_queue_of_its_objects(make: Make, client: ClientOf) -> None:
    name = make("Bucket", bucket="talking-bucket")[0]
    _, queue = make_queue(client, "talked-to")
    told: Value = {"queueArn": queue, "events": ["s3:ObjectCreated:*"], "filterPrefix": "aws/lambda/", "id": "dead"}
    make("BucketNotification", bucket=name, queues=[told])
    (kept,) = client("s3").get_bucket_notification_configuration(Bucket=name)["QueueConfigurations"]
    assert (kept["Id"], kept["QueueArn"], kept["Events"]) == ("dead", queue, ["s3:ObjectCreated:*"])
    assert kept["Filter"]["Key"]["FilterRules"] == [{"Name": "prefix", "Value": "aws/lambda/"}]


def test_a_bucket_tells_a_topic_of_its_objects(make: Make, client: ClientOf) -> None:
    name = make("Bucket", bucket="publishing-bucket")[0]
    topic = client("sns").create_topic(Name="told-of-objects")["TopicArn"]
    make("BucketNotification", bucket=name, topics=[{"topicArn": topic, "events": ["s3:ObjectCreated:*"]}])
    kept = client("s3").get_bucket_notification_configuration(Bucket=name)
    assert [each["TopicArn"] for each in kept["TopicConfigurations"]] == [topic]
    assert "QueueConfigurations" not in kept


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [("Bucket", {"acl": "public-read"}), ("BucketNotification", {"lambdaFunctions": []})],
)
def test_what_is_not_carried_out_is_refused_by_name(make: Make, kind: str, inputs: dict[str, Value]) -> None:
    name = make("Bucket", bucket=f"other-{kind.lower()}")[0]
    with pytest.raises(Unsupported, match=next(iter(inputs))):
        make(kind, **{"bucket": f"{name}-2" if kind == "Bucket" else name, **inputs})

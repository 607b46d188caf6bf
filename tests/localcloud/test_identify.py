from wsgiref.types import WSGIEnvironment

import pytest

from localcloud.identify import identify


def http(
    method: str = "POST",
    path: str = "/",
    query: str = "",
    service: str = "dynamodb",
    region: str = "us-west-2",
    **headers: str,
) -> WSGIEnvironment:
    scope = f"client.us-east-1.load.0/20300101/{region}/{service}/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_AUTHORIZATION": signed, **headers}


def target(name: str) -> dict[str, str]:
    return {"HTTP_X_AMZ_TARGET": name, "CONTENT_TYPE": "application/x-amz-json-1.0"}


FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded; charset=utf-8"}
LAMBDA = "/2015-03-31/functions"


@pytest.mark.parametrize(
    ("environ", "body", "service", "operation"),
    [
        (http(**target("DynamoDB_20120810.GetItem")), b"{}", "dynamodb", "GetItem"),
        (http(**target("DynamoDBStreams_20120810.GetRecords")), b"{}", "dynamodbstreams", "GetRecords"),
        (http(service="sqs", **target("AmazonSQS.SendMessage")), b"{}", "sqs", "SendMessage"),
        (http(service="ssm", **target("AmazonSSM.GetParameter")), b"{}", "ssm", "GetParameter"),
        (http(service="logs", **target("Logs_20140328.PutLogEvents")), b"{}", "logs", "PutLogEvents"),
        (
            http(service="monitoring", **target("GraniteServiceVersion20100801.PutMetricData")),
            b"{}",
            "cloudwatch",
            "PutMetricData",
        ),
        (http(service="sns", **FORM), b"Action=Publish&TopicArn=arn", "sns", "Publish"),
        (http(service="iam", **FORM), b"Action=CreateRole", "iam", "CreateRole"),
        (http(service="lambda", path=f"{LAMBDA}/orders/invocations"), b"x", "lambda", "Invoke"),
        (http(service="lambda", path=LAMBDA), b"{}", "lambda", "CreateFunction"),
        (http("GET", f"{LAMBDA}/orders", service="lambda"), b"", "lambda", "GetFunction"),
        (
            http("PUT", "/2019-09-25/functions/orders/event-invoke-config", service="lambda"),
            b"{}",
            "lambda",
            "PutFunctionEventInvokeConfig",
        ),
        (http(service="lambda", path="/2015-03-31/event-source-mappings"), b"", "lambda", "CreateEventSourceMapping"),
        (http("GET", "/bucket/switch/data", service="s3"), b"", "s3", "GetObject"),
        (http("PUT", "/bucket/a/b", service="s3"), b"", "s3", "PutObject"),
        (http("PUT", "/bucket/a/b", service="s3", HTTP_X_AMZ_COPY_SOURCE="/b/k"), b"", "s3", "CopyObject"),
        (http("GET", "/bucket", "list-type=2", service="s3"), b"", "s3", "ListObjectsV2"),
        (http("PUT", "/bucket", "versioning", service="s3"), b"", "s3", "PutBucketVersioning"),
        (http("GET", "/2013-04-01/healthcheck/h/status", service="route53"), b"", "route53", "GetHealthCheckStatus"),
        (http("POST", "/schedules/probe", service="scheduler"), b"{}", "scheduler", "CreateSchedule"),
        (http("GET", "/nothing/of/the/kind", service="lambda"), b"", "lambda", "Unknown"),
    ],
)
def test_each_protocol_names_service_and_operation(
    environ: WSGIEnvironment, body: bytes, service: str, operation: str
) -> None:
    request = identify(environ, body)
    assert (request.service, request.operation) == (service, operation)


def test_the_region_is_the_one_that_the_call_is_signed_for() -> None:
    assert identify(http(**target("DynamoDB_20120810.GetItem")), b"{}").region == "us-west-2"


@pytest.mark.parametrize("service", ["iam", "route53"])
def test_global_control_planes_are_in_us_east_1_whatever_region_signs(service: str) -> None:
    assert identify(http("GET", "/", service=service, region="us-west-2"), b"").region == "us-east-1"


def test_a_presigned_call_names_its_caller_in_the_url() -> None:
    query = "X-Amz-Credential=operator.us-east-2.ana.0%2F20300101%2Fus-east-2%2Fs3%2Faws4_request"
    environ: WSGIEnvironment = {"REQUEST_METHOD": "GET", "PATH_INFO": "/bucket/key", "QUERY_STRING": query}
    request = identify(environ, b"")
    assert (request.caller.name, request.region, request.operation) == ("ana", "us-east-2", "GetObject")


def test_path_values_are_parameters() -> None:
    request = identify(http(service="lambda", path=f"{LAMBDA}/arn%3Aaws%3Alambda/invocations"), b"")
    assert request.params["FunctionName"] == "arn:aws:lambda"


def test_a_body_that_is_no_json_has_no_parameters() -> None:
    assert identify(http(**target("DynamoDB_20120810.GetItem")), b"{nonsense").params == {}


def test_a_call_moved_to_another_region_is_signed_for_it() -> None:
    request = identify(http(**target("DynamoDB_20120810.GetItem")), b"{}").signed_for("eu-west-1")
    assert identify(request.environ, b"{}").region == "eu-west-1"

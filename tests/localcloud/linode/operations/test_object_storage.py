import pytest

from tests.localcloud.linode.bench import REGION, Bench

BUCKETS, KEYS = "/object-storage/buckets", "/object-storage/keys"


def test_a_bucket_belongs_to_a_region(bench: Bench) -> None:
    made = bench.post(BUCKETS, label="files", region=REGION)
    assert made["hostname"] == f"files.{REGION}-1.linodeobjects.com"
    assert bench.refused("POST", BUCKETS, label="files", region=REGION)[2] == "label"
    bench.post(BUCKETS, label="files", cluster="us-east-1")
    assert [each["region"] for each in bench.get(f"{BUCKETS}/us-east")["data"]] == ["us-east"]
    bench.delete(f"{BUCKETS}/us-east/files")
    assert bench.refused("GET", f"{BUCKETS}/us-east/files")[0] == 404


@pytest.mark.parametrize("label", ["ab", "Files", "files-", "two..dots", "x" * 64])
def test_a_bucket_has_a_name_that_s3_knows(bench: Bench, label: str) -> None:
    assert bench.refused("POST", BUCKETS, label=label, region=REGION)[::2] == (400, "label")


def test_who_may_read_a_bucket_changes(bench: Bench) -> None:
    bench.post(BUCKETS, label="files", region=REGION)
    path = f"{BUCKETS}/{REGION}/files/access"
    bench.post(path, acl="public-read", cors_enabled=False)
    assert (bench.get(path)["acl"], bench.get(path)["cors_enabled"]) == ("public-read", False)
    assert bench.refused("POST", path, acl="everybody")[2] == "acl"


def test_a_secret_key_is_shown_once(bench: Bench) -> None:
    made = bench.post(KEYS, label="one", regions=[REGION])
    again = bench.get(f"{KEYS}/{made['id']}")
    assert (len(made["secret_key"]), again["secret_key"]) == (40, "[REDACTED]")
    assert {**made, "secret_key": ""} == {**again, "secret_key": ""}


def test_a_key_is_limited_to_buckets_that_are_there(bench: Bench) -> None:
    access = {"bucket_name": "files", "region": REGION, "permissions": "read_only"}
    assert bench.refused("POST", KEYS, label="one", bucket_access=[access])[::2] == (404, "bucket_access")
    bench.post(BUCKETS, label="files", region=REGION)
    made = bench.post(KEYS, label="one", bucket_access=[access])
    assert (made["limited"], [each["id"] for each in made["regions"]]) == (True, [REGION])
    bad = {**access, "permissions": "all"}
    assert bench.refused("POST", KEYS, bucket_access=[bad])[2] == "bucket_access[0].permissions"


def test_a_key_is_renamed_and_deleted(bench: Bench) -> None:
    made = bench.post(KEYS, label="one", regions=[REGION])["id"]
    assert bench.put(f"{KEYS}/{made}", label="two")["label"] == "two"
    bench.delete(f"{KEYS}/{made}")
    assert bench.get(KEYS)["results"] == 0
    assert bench.refused("POST", KEYS, regions=["atlantis"])[2] == "regions"


def test_what_s3_would_set_of_a_bucket_is_told_to_the_cloud(bench: Bench) -> None:
    bench.post("/object-storage/buckets", label="files", region=REGION)
    told = {"region": REGION, "label": "files", "versioning": True, "lifecycle_rules": [{"id": "old"}]}
    assert bench.ask("POST", "/_cloud/linode-buckets", told).status == 200
    (kept,) = bench.ask("GET", "/_cloud/linode-buckets").told
    assert {name: kept[name] for name in told} == told


def test_a_bucket_that_is_not_there_keeps_nothing(bench: Bench) -> None:
    assert bench.ask("POST", "/_cloud/linode-buckets", {"region": REGION, "label": "files"}).status == 400

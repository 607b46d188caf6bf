import pytest

from tests.localcloud.linode.bench import REGION, Bench


def volume(bench: Bench, **fields: object) -> str:
    made = bench.post("/volumes", **{"label": "data", "region": REGION, **fields})
    bench.pass_time(5)
    return f"/volumes/{made['id']}"


def test_a_volume_is_active_after_its_job(bench: Bench) -> None:
    made = bench.post("/volumes", label="data", region=REGION)
    assert (made["status"], made["size"]) == ("creating", 20)
    bench.pass_time(5)
    assert bench.get(f"/volumes/{made['id']}")["status"] == "active"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"label": None}, "label"),
        ({"region": None}, "region"),
        ({"size": 9}, "size"),
        ({"size": 16385}, "size"),
        ({"linode_id": 7}, "linode_id"),
    ],
)
def test_a_volume_that_cannot_be_is_refused(bench: Bench, fields: dict[str, object], field: str) -> None:
    assert bench.refused("POST", "/volumes", **{"label": "data", "region": REGION, **fields})[::2] == (400, field)


def test_one_instance_at_a_time_has_a_volume(bench: Bench) -> None:
    first, second, far = (
        bench.idle_instance()["id"],
        bench.idle_instance()["id"],
        bench.idle_instance(region="us-east")["id"],
    )
    path = volume(bench)
    assert bench.refused("POST", f"{path}/attach", linode_id=far)[2] == "linode_id"
    bench.post(f"{path}/attach", linode_id=first)
    assert bench.refused("POST", f"{path}/attach", linode_id=second)[1] == "Volume is already attached to a Linode."
    assert bench.refused("DELETE", path)[0] == 400
    bench.pass_time(5)
    bench.post(f"{path}/detach")
    assert bench.get(path)["linode_id"] == first
    bench.pass_time(5)
    bench.post(f"{path}/attach", linode_id=second)
    bench.pass_time(5)
    shown = bench.get(f"/linode/instances/{second}/volumes")["data"][0]
    assert (shown["linode_id"], shown["io_ready"]) == (second, True)


def test_what_changes_while_a_job_is_under_way_stays_changed(bench: Bench) -> None:
    path = f"/volumes/{bench.post('/volumes', label='data', region=REGION)['id']}"
    bench.put(path, label="renamed")
    bench.pass_time(5)
    assert (bench.get(path)["label"], bench.get(path)["status"]) == ("renamed", "active")


def test_a_volume_does_one_thing_at_a_time(bench: Bench) -> None:
    made = bench.idle_instance()["id"]
    path = volume(bench)
    bench.post(f"{path}/attach", linode_id=made)
    assert bench.refused("POST", f"{path}/detach") == (400, "Volume busy.", None)


def test_a_volume_grows_and_never_shrinks(bench: Bench) -> None:
    path = volume(bench)
    assert bench.refused("POST", f"{path}/resize", size=20)[2] == "size"
    assert bench.post(f"{path}/resize", size=30)["status"] == "resizing"
    bench.pass_time(5)
    assert (bench.get(path)["size"], bench.get(path)["status"]) == (30, "active")


def test_a_copy_belongs_to_nobody(bench: Bench) -> None:
    path = volume(bench, linode_id=bench.idle_instance()["id"], region=None)
    copy = bench.post(f"{path}/clone", label="copy")
    assert (copy["linode_id"], copy["size"], copy["region"]) == (None, 20, REGION)
    assert bench.refused("POST", f"{path}/clone", label="copy")[2] == "label"


def test_a_deleted_volume_is_gone(bench: Bench) -> None:
    path = volume(bench)
    assert bench.put(path, label="renamed", tags=["a"])["label"] == "renamed"
    bench.delete(path)
    assert bench.refused("GET", path)[0] == 404

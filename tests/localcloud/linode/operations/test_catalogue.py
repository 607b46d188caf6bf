from tests.localcloud.linode.bench import REGION, Bench


def test_lists_are_filtered_by_their_fields(bench: Bench) -> None:
    assert [each["id"] for each in bench.get("/linode/types", wanted={"class": "nanode"})["data"]] == ["g6-nanode-1"]
    vendors = {each["vendor"] for each in bench.get("/images", wanted={"label": {"+contains": "debian"}})["data"]}
    assert vendors == {"Debian"}


def test_names_with_a_slash_are_found_however_they_are_written(bench: Bench) -> None:
    assert bench.get("/images/linode/debian12") == bench.get("/images/linode%2Fdebian12")
    assert bench.get("/linode/kernels/linode/grub2")["label"] == "GRUB 2"


def test_a_region_says_what_can_be_had_there(bench: Bench) -> None:
    shown = bench.get(f"/regions/{REGION}")
    assert {"Metadata", "VPCs", "Placement Group", "NodeBalancers"} <= set(shown["capabilities"])
    assert {each["plan"] for each in bench.get(f"/regions/{REGION}/availability")} >= {"g6-nanode-1"}


def test_what_is_not_offered_is_not_found(bench: Bench) -> None:
    for path in (
        "/regions/atlantis",
        "/linode/types/g9-giant",
        "/images/linode/hannah",
        "/regions/atlantis/availability",
    ):
        assert bench.refused("GET", path)[0] == 404

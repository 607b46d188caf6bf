from tests.localcloud.linode.bench import Bench

RANGES = "/networking/ipv6/ranges"


def test_a_range_is_routed_to_an_instance_and_goes_with_it(bench: Bench) -> None:
    made = bench.idle_instance()["id"]
    added = bench.post(RANGES, linode_id=made, prefix_length=64)
    (told,) = bench.get(f"/linode/instances/{made}/ips")["ipv6"]["global"]
    assert (f"{told['range']}/{told['prefix']}", told["route_target"]) == (added["range"], added["route_target"])
    bench.delete(f"/linode/instances/{made}")
    assert bench.get(RANGES)["results"] == 0


def test_a_shared_range_is_announced(bench: Bench) -> None:
    owner, other, far = (bench.idle_instance(region=region)["id"] for region in ("us-ord", "us-ord", "us-east"))
    added = bench.post(RANGES, linode_id=owner, prefix_length=64)["range"]
    path = f"{RANGES}/{added.partition('/')[0]}"
    assert (bench.get(path)["is_bgp"], bench.get(path)["linodes"]) == (False, [owner])
    assert bench.refused("POST", "/networking/ips/share", linode_id=far, ips=[added])[2] == "ips"
    bench.post("/networking/ips/share", linode_id=other, ips=[added])
    assert (bench.get(path)["is_bgp"], bench.get(path)["linodes"]) == (True, [owner, other])
    bench.post("/networking/ips/share", linode_id=other, ips=[])
    assert not bench.get(path)["is_bgp"]


def test_a_range_has_one_of_two_sizes_and_a_target(bench: Bench) -> None:
    made = bench.idle_instance()
    address = made["ipv6"].partition("/")[0]
    assert bench.post(RANGES, route_target=address, prefix_length=56)["range"].endswith("::/56")
    assert bench.refused("POST", RANGES, linode_id=made["id"], prefix_length=48)[2] == "prefix_length"
    assert bench.refused("POST", RANGES, prefix_length=64)[2] == "linode_id"
    first, second = (bench.post(RANGES, linode_id=made["id"], prefix_length=64)["range"] for _ in range(2))
    assert first != second

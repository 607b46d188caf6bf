"""One way through the whole API: every operation that is served is called once at least, and answers."""

from localcloud.linode.served import ROUTES
from tests.localcloud.linode.bench import PASSWORD, REGION, Bench

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 somebody"
Told = tuple[str, object]  # an operation and what it answered


class Walk:
    """Calls the API and keeps what it answers, by operation."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.told: list[Told] = []

    def ask(self, call: str, **body: object) -> dict[str, object]:
        """Make a call, ``"GET /domains"``, that must be answered."""
        method, path = call.split()
        answer = self._bench.ask(method, path, body if method in ("POST", "PUT") else None)
        assert answer.status == 200, (call, answer.told)
        route, _ = ROUTES.find(method, path)
        self.told.append((route.operation, answer.told))
        return answer.told if isinstance(answer.told, dict) else {}

    def go(self) -> list[Told]:
        """Go all the way."""
        for part in (
            self._offers,
            self._profile,
            self._zones,
            self._compute,
            self._guards,
            self._balance,
            self._store,
            self._keep,
            self._lock,
        ):
            part()
        return self.told

    def _offers(self) -> None:
        for path in ("/regions", "/regions/availability", "/regions/vpc-availability", "/linode/types", "/images"):
            self.ask(f"GET {path}")
        for path in ("", "/availability", "/vpc-availability"):
            self.ask(f"GET /regions/{REGION}{path}")
        for path in (
            "linode/types/g6-nanode-1",
            "images/linode/debian12",
            "linode/kernels",
            "linode/kernels/linode/grub2",
            "databases/engines",
            "databases/engines/postgresql/16",
            "databases/types",
            "databases/types/g6-nanode-1",
        ):
            self.ask(f"GET /{path}")

    def _profile(self) -> None:
        self.ask("GET /profile")
        self.ask("GET /account/settings")
        self.ask("POST /account/users", username="dns", email="dns@example.com")
        self.ask("GET /account/users")
        self.ask("GET /account/users/dns/grants")
        self.ask("PUT /account/users/dns/grants", domain=[])
        self._view_change_delete("/account/users/dns", email="other@example.com")
        made = self.ask("POST /profile/tokens", label="one", scopes="linodes:read_only")
        self._view_change_delete(f"/profile/tokens/{made['id']}", label="other")
        key = self.ask("POST /profile/sshkeys", label="one", ssh_key=KEY)
        self.ask("GET /profile/tokens")
        self.ask("GET /profile/sshkeys")
        self._view_change_delete(f"/profile/sshkeys/{key['id']}", label="other")

    def _view_change_delete(self, path: str, **changes: object) -> None:
        self.ask(f"GET {path}")
        self.ask(f"PUT {path}", **changes)
        self.ask(f"DELETE {path}")

    def _zones(self) -> None:
        zone = self.ask("POST /domains", domain="example.com", type="master", soa_email="a@example.com", tags=["a"])
        records = f"/domains/{zone['id']}/records"
        record = self.ask(f"POST {records}", type="A", name="www", target="198.51.100.1", ttl_sec=30)
        self.ask(f"POST {records}", type="SRV", service="sip", protocol="tcp", target="sip.example.com", port=1)
        self.ask(f"POST {records}", type="CAA", name="", target="letsencrypt.org", tag="issue")
        self.ask(f"GET {records}")
        self.ask(f"GET /domains/{zone['id']}/zone-file")
        self._view_change_delete(f"{records}/{record['id']}", target="198.51.100.2")
        copy = self.ask(f"POST /domains/{zone['id']}/clone", domain="example.org")
        self.ask("GET /domains")
        self._view_change_delete(f"/domains/{copy['id']}", description="a copy")

    def _compute(self) -> None:
        vpc = self.ask("POST /vpcs", label="net", region=REGION, subnets=[{"label": "inner", "ipv4": "10.0.0.0/24"}])
        subnet = self.ask(f"POST /vpcs/{vpc['id']}/subnets", label="outer", ipv4="10.0.1.0/24")
        inner = next(iter(self._bench.get(f"/vpcs/{vpc['id']}")["subnets"]))
        group = self.ask(
            "POST /placement/groups",
            label="apart",
            region=REGION,
            placement_group_type="anti_affinity:local",
            placement_group_policy="strict",
        )
        made = self._create(interfaces=[{"purpose": "vpc", "subnet_id": inner["id"], "ipv4": {"nat_1_1": "any"}}])
        self._group(f"/placement/groups/{group['id']}", made)
        self._private_network(f"/vpcs/{vpc['id']}", f"/vpcs/{vpc['id']}/subnets/{subnet['id']}")
        self._addresses(made)
        self._power(made)
        self._parts(made)
        self._interfaces(inner["id"])
        self.ask(f"DELETE /linode/instances/{made}")
        for event in self.ask("GET /account/events")["data"][:1]:  # type: ignore[index]
            self.ask(f"GET /account/events/{event['id']}")
            self.ask(f"POST /account/events/{event['id']}/seen")

    def _create(self, **fields: object) -> int:
        made = self.ask(
            "POST /linode/instances",
            region=REGION,
            type="g6-standard-1",
            image="linode/debian12",
            root_pass=PASSWORD,
            private_ip=True,
            **fields,
        )
        self._bench.pass_time(60)
        return int(str(made["id"]))

    def _group(self, path: str, instance: int) -> None:
        self.ask(f"POST {path}/assign", linodes=[instance])
        self.ask("GET /placement/groups")
        self.ask(f"GET /linode/instances/{instance}")
        self.ask(f"POST {path}/unassign", linodes=[instance])
        self._view_change_delete(path, label="kept-apart")

    def _private_network(self, vpc: str, subnet: str) -> None:
        for path in ("/vpcs", "/vpcs/ips", f"{vpc}/ips", f"{vpc}/subnets", vpc):
            self.ask(f"GET {path}")
        self.ask(f"PUT {vpc}", description="inside")
        self._view_change_delete(subnet, label="renamed")
        lone = self.ask("POST /vpcs", label="alone", region=REGION)
        self.ask(f"DELETE /vpcs/{lone['id']}")

    def _addresses(self, instance: int) -> None:
        mine = f"/linode/instances/{instance}/ips"
        added = self.ask(f"POST {mine}", type="ipv4", public=True)["address"]
        other = self._create()
        self.ask("POST /networking/ips/share", linode_id=other, ips=[added])
        self.ask(f"GET /linode/instances/{other}/ips")
        self.ask(f"GET {mine}")
        self.ask(f"PUT {mine}/{added}", rdns="name.example.com")
        self.ask(f"GET {mine}/{added}")
        self.ask("POST /networking/ips/assign", region=REGION, assignments=[{"address": added, "linode_id": other}])
        self.ask(f"DELETE /linode/instances/{other}/ips/{added}")
        self.ask("POST /networking/ips", type="ipv4", public=True, linode_id=other)
        self._reserved()
        self._ranges(other)
        self.ask(f"PUT /linode/instances/{other}", label="renamed", tags=["a"])

    def _reserved(self) -> None:
        kept = self.ask("POST /networking/reserved/ips", region=REGION, tags=["a"])["address"]
        self.ask("GET /networking/ips")
        self.ask("GET /networking/reserved/ips")
        self.ask(f"GET /networking/ips/{kept}")
        self.ask(f"PUT /networking/ips/{kept}", rdns="name.example.com")
        self._view_change_delete(f"/networking/reserved/ips/{kept}", tags=["b"])

    def _ranges(self, instance: int) -> None:
        made = str(self.ask("POST /networking/ipv6/ranges", linode_id=instance, prefix_length=64)["range"])
        self.ask("GET /networking/ipv6/ranges")
        path = f"/networking/ipv6/ranges/{made.partition('/')[0]}"
        self.ask(f"GET {path}")
        self.ask(f"DELETE {path}")

    def _power(self, instance: int) -> None:
        path = f"/linode/instances/{instance}"
        for verb in ("reboot", "shutdown"):
            self.ask(f"POST {path}/{verb}")
            self._bench.pass_time(30)
        self.ask(f"POST {path}/password", root_pass=PASSWORD)
        self.ask(f"POST {path}/rebuild", image="linode/debian13", root_pass=PASSWORD, booted=False)
        self._bench.pass_time(30)
        self.ask(f"POST {path}/boot")
        self._bench.pass_time(30)
        self.ask(f"POST {path}/shutdown")
        self._bench.pass_time(30)
        self.ask(f"POST {path}/resize", type="g6-standard-2")
        self._bench.pass_time(30)
        self.ask("GET /linode/instances")
        self.ask(f"GET {path}/transfer")

    def _parts(self, instance: int) -> None:
        path = f"/linode/instances/{instance}"
        disk = self.ask(f"POST {path}/disks", label="more", size=1000)["id"]
        self._bench.pass_time(30)
        self.ask(f"POST {path}/disks/{disk}/resize", size=2000)
        self._bench.pass_time(30)
        self.ask(f"GET {path}/disks")
        config = self.ask(f"POST {path}/configs", label="more", devices={"sda": {"disk_id": disk}})["id"]
        self.ask(f"GET {path}/configs")
        own = f"{path}/configs/{config}/interfaces"
        public = self.ask(f"POST {own}", purpose="public")["id"]
        vlan = self.ask(f"POST {own}", purpose="vlan", label="wire", ipam_address="10.9.0.1/24")["id"]
        self.ask(f"POST {own}/order", ids=[vlan, public])
        self.ask(f"GET {own}")
        self._view_change_delete(f"{own}/{public}", primary=True)
        self._view_change_delete(f"{path}/configs/{config}", comments="more")
        self._view_change_delete(f"{path}/disks/{disk}", label="most")
        self._bench.pass_time(30)

    def _interfaces(self, subnet: int) -> None:
        made = self._create(interface_generation="linode", booted=False)
        path = f"/linode/instances/{made}/interfaces"
        inside = self.ask(f"POST {path}", vpc={"subnet_id": subnet, "ipv4": {"ranges": [{"range": "10.0.0.64/28"}]}})
        self.ask(f"POST {path}", vlan={"vlan_label": "wire"})
        firewall = self.ask("POST /networking/firewalls", label="inside", rules=OPEN)["id"]
        device = {"id": inside["id"], "type": "linode_interface"}
        self.ask(f"POST /networking/firewalls/{firewall}/devices", **device)
        self.ask(f"GET {path}/{inside['id']}/firewalls")
        self.ask(f"GET /networking/firewalls/{firewall}/devices")
        self.ask(f"GET {path}")
        self.ask(f"GET {path}/settings")
        self._view_change_delete(f"{path}/{inside['id']}", default_route={"ipv4": True})

    def _guards(self) -> None:
        made = self._create()
        firewall = self.ask("POST /networking/firewalls", label="guard", rules=OPEN, devices={"linodes": [made]})["id"]
        path = f"/networking/firewalls/{firewall}"
        rule = {
            "action": "ACCEPT",
            "protocol": "TCP",
            "ports": "22",
            "addresses": {"ipv4": ["192.0.2.0/24"]},
            "label": "a",
        }
        self.ask(f"PUT {path}/rules", inbound=[rule])
        self.ask(f"GET {path}/rules")
        self.ask("GET /networking/firewalls")
        self.ask(f"GET /linode/instances/{made}/firewalls")
        self.ask(f"PUT /linode/instances/{made}/firewalls", firewall_ids=[firewall])
        (device,) = self._bench.get(f"{path}/devices")["data"]
        self.ask(f"GET {path}/devices/{device['id']}")
        self.ask(f"DELETE {path}/devices/{device['id']}")
        self._view_change_delete(path, status="disabled")

    def _balance(self) -> None:
        made = self._create()
        private = self._bench.get(f"/linode/instances/{made}/ips")["ipv4"]["private"][0]["address"]
        node = {"label": "one", "address": f"{private}:80"}
        balancer = self.ask(
            "POST /nodebalancers", region=REGION, configs=[{"port": 80, "nodes": [node]}], vpcs=self._vpcs()
        )
        path = f"/nodebalancers/{balancer['id']}"
        for listed in (
            "/nodebalancers",
            f"{path}/vpcs",
            f"{path}/firewalls",
            f"/linode/instances/{made}/nodebalancers",
        ):
            self.ask(f"GET {listed}")
        self.ask(f"PUT {path}/firewalls", firewall_ids=[])
        (joined,) = self._bench.get(f"{path}/vpcs")["data"]
        self.ask(f"GET {path}/vpcs/{joined['id']}")
        config = f"{path}/configs/{self.ask(f'POST {path}/configs', port=443, protocol='tcp')['id']}"
        self.ask(f"GET {path}/configs")
        self.ask(f"POST {config}/rebuild", port=444, protocol="tcp", nodes=[node])
        added = self.ask(f"POST {config}/nodes", label="two", address=f"{private}:81")["id"]
        self.ask(f"GET {config}/nodes")
        self._view_change_delete(f"{config}/nodes/{added}", mode="drain")
        self._view_change_delete(config, check="connection")
        self._view_change_delete(path, label="renamed")

    def _vpcs(self) -> list[dict[str, object]]:
        (vpc,) = self._bench.get("/vpcs")["data"]
        return [{"subnet_id": vpc["subnets"][0]["id"]}]

    def _store(self) -> None:
        made = self._create()
        volume = f"/volumes/{self.ask('POST /volumes', label='one', region=REGION)['id']}"
        self._bench.pass_time(10)
        self.ask(f"POST {volume}/attach", linode_id=made)
        self._bench.pass_time(10)
        self.ask(f"GET /linode/instances/{made}/volumes")
        self.ask("GET /volumes")
        self.ask(f"POST {volume}/detach")
        self._bench.pass_time(10)
        self.ask(f"POST {volume}/resize", size=30)
        self._bench.pass_time(10)
        self.ask(f"POST {volume}/clone", label="two")
        self._view_change_delete(volume, label="renamed")
        self._objects()

    def _objects(self) -> None:
        all_buckets, keys = "/object-storage/buckets", "/object-storage/keys"
        bucket = f"{all_buckets}/{REGION}/files"
        self.ask(f"POST {all_buckets}", label="files", region=REGION)
        self.ask(f"POST {bucket}/access", acl="public-read")
        self.ask(f"PUT {bucket}/access", acl="private")
        access = [{"bucket_name": "files", "region": REGION, "permissions": "read_only"}]
        key = self.ask(f"POST {keys}", label="one", bucket_access=access)["id"]
        for path in (
            all_buckets,
            f"{all_buckets}/{REGION}",
            bucket,
            f"{bucket}/access",
            keys,
            "/object-storage/endpoints",
        ):
            self.ask(f"GET {path}")
        self._view_change_delete(f"{keys}/{key}", label="two")
        self.ask(f"DELETE {bucket}")

    def _keep(self) -> None:
        (vpc,) = self._bench.get("/vpcs")["data"]
        network = {"vpc_id": vpc["id"], "subnet_id": vpc["subnets"][0]["id"]}
        settings = {"postgresql/16": {"pg": {"max_wal_senders": 20}}, "mysql/8": {"mysql": {"connect_timeout": 10}}}
        for engine, config in settings.items():
            path = f"/databases/{engine.partition('/')[0]}/instances"
            wanted = {"type": "g6-standard-1", "cluster_size": 3, "engine_config": config, "private_network": network}
            one = f"{path}/{self.ask(f'POST {path}', label='one', region=REGION, engine=engine, **wanted)['id']}"
            self._bench.pass_time(20)
            self._database(path, one)
        self.ask("GET /vpcs")

    def _database(self, path: str, one: str) -> None:
        for listed in (path, "/databases/instances", f"{one}/ssl", f"{one}/credentials"):
            self.ask(f"GET {listed}")
        for action in ("credentials/reset", "suspend", "resume"):
            self.ask(f"POST {one}/{action}")
            self._bench.pass_time(20)
        self._view_change_delete(one, updates={"hour_of_day": 4})

    def _lock(self) -> None:
        lock = self.ask("POST /locks", entity_type="linode", entity_id=self._create(), lock_type="cannot_delete")
        for path in ("/locks", f"/locks/{lock['id']}", "/linode/instances"):
            self.ask(f"GET {path}")
        self.ask(f"DELETE /locks/{lock['id']}")


OPEN = {"inbound_policy": "DROP", "outbound_policy": "ACCEPT", "inbound": [], "outbound": []}

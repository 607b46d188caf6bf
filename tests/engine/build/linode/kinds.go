package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// kind is a type of resource whose things are made by a POST to a list and are changed and removed at a path of their own.
type kind struct {
	noun string
	// list is the path of all of them; names in braces are inputs.
	list string
	// id gives what names a thing in the state; the answer's "id" if nil.
	id func(answer, inputs object) string
	// replaces are the inputs that cannot be changed in place, beside those of the path.
	replaces []string
	// otherwise are the values that are sent for what the program leaves out; the engine hears nothing of them.
	otherwise object
	// onlyChanged: an update sends what changed alone; otherwise every input, changed or not.
	onlyChanged bool
	// body makes the body of a call of inputs; their own names in the API's form if nil.
	body func(inputs object) object
	// The rest takes the place of the usual calls, or comes after that of a creation.
	completed func(a *api, ctx context.Context, id string, inputs object) (object, error)
	changed   func(a *api, ctx context.Context, c change) (object, error)
	removed   func(a *api, ctx context.Context, id string, properties object) error
	unread    bool
}

// change is what an update is about: sends are the inputs to be sent, names the ones that changed.
type change struct {
	kind        kind
	id, path    string
	news, sends object
	names       []string
}

const instances = "/linode/instances"

var kinds = map[string]kind{
	"Vpc":       {noun: "VPC", list: "/vpcs", replaces: []string{"region", "vpcType"}},
	"VpcSubnet": {noun: "VPC Subnet", list: "/vpcs/{vpcId}/subnets", replaces: []string{"ipv4", "ipv6s"}},
	"Firewall":  {noun: "Firewall", list: "/networking/firewalls", body: firewallBody, changed: (*api).rearmed},
	"FirewallDevice": {noun: "Firewall Device", list: "/networking/firewalls/{firewallId}/devices", body: deviceBody,
		replaces: []string{"entityId", "entityType"}, otherwise: object{"entityType": "linode"}},
	"PlacementGroup": {noun: "Placement Group", list: "/placement/groups",
		replaces:  []string{"region", "placementGroupType", "placementGroupPolicy"},
		otherwise: object{"placementGroupPolicy": "strict"}},
	"NodeBalancer": {noun: "NodeBalancer", list: "/nodebalancers", otherwise: object{"clientConnThrottle": 0.0},
		replaces: []string{"region", "firewallId", "vpcs", "ipv4", "type"}},
	"NodeBalancerConfig": {noun: "NodeBalancer Config", list: "/nodebalancers/{nodebalancerId}/configs",
		otherwise: object{"protocol": "http", "proxyProtocol": "none", "port": 80.0, "udpCheckPort": 80.0,
			"checkPassive": true, "cipherSuite": "recommended"}},
	"NodeBalancerNode": {noun: "NodeBalancer Node", replaces: []string{"subnetId"}, onlyChanged: true,
		list: "/nodebalancers/{nodebalancerId}/configs/{configId}/nodes"},
	"Domain": {noun: "Domain", list: "/domains"},
	"DomainRecord": {noun: "Domain Record", list: "/domains/{domainId}/records", replaces: []string{"recordType"},
		body: recordBody},
	"Interface":  {noun: "Linode Interface", list: "/linode/instances/{linodeId}/interfaces"},
	"ReservedIp": {noun: "Reserved IP", list: "/networking/reserved/ips", id: named("address"), replaces: []string{"region"}},
	"ReservedIpAssignment": {noun: "Reserved IP Assignment", list: "/linode/instances/{linodeId}/ips", id: named("address"),
		replaces: []string{"address", "public"}, body: addressBody},
	"InstanceSharedIps": {noun: "Shared IPs", list: sharing, replaces: []string{"linodeId"}, body: sharedBody,
		id: sharedID, changed: (*api).shared, removed: (*api).unshared, unread: true},
	"User": {noun: "User", list: "/account/users", id: named("username"), body: userBody,
		completed: (*api).granted, changed: (*api).regranted},
	"ObjectStorageBucket": {noun: "Object Storage Bucket", list: "/object-storage/buckets", id: bucketID,
		replaces: []string{"region", "label"}, body: bucketBody, completed: (*api).kept, changed: (*api).opened},
	"Volume": {noun: "Volume", list: "/volumes", replaces: []string{"region", "encryption", "sourceVolumeId"},
		onlyChanged: true, completed: (*api).activated, changed: (*api).resized, removed: (*api).detached},
	"Instance": {noun: "Linode Instance", list: instances, onlyChanged: true, body: instanceBody,
		completed: (*api).started, changed: (*api).relabelled, removed: (*api).ended,
		replaces: []string{"image", "backupId", "stackscriptId", "stackscriptData", "ipv4s", "authorizedKeys",
			"authorizedUsers", "rootPass", "firewallId", "networkHelper", "interfaceGeneration", "diskEncryption", "metadatas"}},
}

// kindOf gives the kind of a resource, whose URN has its type and those of its parents: ...linode:index/vpc:Vpc::name.
func kindOf(urn string) (kind, error) {
	type_ := strings.Split(urn, "::")[2]
	found, ok := kinds[type_[strings.LastIndex(type_, ":")+1:]]
	if !ok {
		return kind{}, fmt.Errorf("%s is not among what this stand-in of Linode's provider does", type_)
	}
	return found, nil
}

func (k kind) inPath() []string {
	var names []string
	for _, part := range strings.Split(k.list, "/") {
		if strings.HasPrefix(part, "{") {
			names = append(names, strings.Trim(part, "{}"))
		}
	}
	return names
}

// fixed are the inputs whose change makes another thing.
func (k kind) fixed() []string { return append(k.inPath(), k.replaces...) }

func (k kind) path(inputs object) string {
	path := k.list
	for _, name := range k.inPath() {
		path = strings.ReplaceAll(path, "{"+name+"}", number(inputs[name]))
	}
	return path
}

// own gives the path of one thing.
func (k kind) own(inputs object, id string) string {
	return k.path(inputs) + "/" + strings.ReplaceAll(id, ":", "/")
}

// sent gives the body of a call.
func (k kind) sent(inputs object) object {
	inputs = without(inputs, append(k.inPath(), "timeouts")...)
	if !k.onlyChanged {
		inputs = merged(k.otherwise, inputs)
	}
	if k.body != nil {
		return k.body(inputs)
	}
	return renamed(inputs, apiName).(object)
}

func (k kind) idIn(answer, inputs object) string {
	if k.id != nil {
		return k.id(answer, inputs)
	}
	return number(answer["id"])
}

func named(field string) func(object, object) string {
	return func(answer, _ object) string { return number(answer[field]) }
}

func sharedID(_, inputs object) string { return number(inputs["linodeId"]) }

func bucketID(_, inputs object) string { return fmt.Sprint(inputs["region"], ":", inputs["label"]) }

// number gives an id as text; JSON and the engine have numbers as floats.
func number(value any) string {
	if found, ok := value.(float64); ok {
		return strconv.FormatFloat(found, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

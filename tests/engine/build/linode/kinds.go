package main

import (
	"fmt"
	"strconv"
	"strings"
)

// kind is a type of resource whose things are made by a POST to a list and are changed and removed at a path of their own.
type kind struct {
	noun string
	// list is the path of all of them; names in braces are inputs.
	list string
	// id is the field of an answer that names a thing; "id" if empty.
	id string
	// replaces are the inputs that cannot be changed in place, beside those of the path.
	replaces []string
	// otherwise are the values that are sent for what the program leaves out; the engine hears nothing of them.
	otherwise object
	// onlyChanged: an update sends what changed alone; otherwise every input, changed or not.
	onlyChanged bool
	// body makes the body of a call of inputs; their own names in the API's form if nil.
	body func(object) object
}

var kinds = map[string]kind{
	"Vpc":                {noun: "VPC", list: "/vpcs", replaces: []string{"region"}},
	"VpcSubnet":          {noun: "VPC Subnet", list: "/vpcs/{vpcId}/subnets", replaces: []string{"ipv4", "ipv6s"}},
	"FirewallDevice":     {noun: "Firewall Device", list: "/networking/firewalls/{firewallId}/devices", replaces: []string{"entityId", "entityType"}, body: deviceBody, otherwise: object{"entityType": "linode"}},
	"PlacementGroup":     {noun: "Placement Group", list: "/placement/groups", replaces: []string{"region", "placementGroupType", "placementGroupPolicy"}, otherwise: object{"placementGroupPolicy": "strict"}},
	"NodeBalancer":       {noun: "NodeBalancer", list: "/nodebalancers", replaces: []string{"region", "firewallId", "vpcs", "ipv4", "type"}, otherwise: object{"clientConnThrottle": 0.0}},
	"NodeBalancerConfig": {noun: "NodeBalancer Config", list: "/nodebalancers/{nodebalancerId}/configs", otherwise: object{"protocol": "http", "proxyProtocol": "none", "port": 80.0, "udpCheckPort": 80.0, "checkPassive": true, "cipherSuite": "recommended"}},
	"NodeBalancerNode":   {noun: "NodeBalancer Node", list: "/nodebalancers/{nodebalancerId}/configs/{configId}/nodes", replaces: []string{"subnetId"}, onlyChanged: true},
	"Domain":             {noun: "Domain", list: "/domains"},
	"DomainRecord":       {noun: "Domain Record", list: "/domains/{domainId}/records", replaces: []string{"recordType"}, body: recordBody},
	"ReservedIp":         {noun: "Reserved IP", list: "/networking/reserved/ips", id: "address", replaces: []string{"region"}},
	"Interface":          {noun: "Linode Interface", list: "/linode/instances/{linodeId}/interfaces"},
	// These have calls of their own, beside or instead of the usual ones.
	"Firewall": {noun: "Firewall", list: "/networking/firewalls", body: firewallBody},
	"Volume":   {noun: "Volume", list: "/volumes", replaces: []string{"region", "encryption", "sourceVolumeId"}, onlyChanged: true},
	"Instance": {noun: "Linode Instance", list: "/linode/instances", onlyChanged: true, body: instanceBody, replaces: []string{
		"image", "backupId", "stackscriptId", "stackscriptData", "ipv4s", "authorizedKeys", "authorizedUsers", "rootPass",
		"firewallId", "networkHelper", "interfaceGeneration", "diskEncryption", "metadatas"}},
}

// kindOf gives the kind of a type: linode:index/vpc:Vpc.
func kindOf(type_ string) (kind, error) {
	name := type_[strings.LastIndex(type_, ":")+1:]
	found, ok := kinds[name]
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

func (k kind) path(inputs object) string {
	path := k.list
	for _, name := range k.inPath() {
		path = strings.ReplaceAll(path, "{"+name+"}", number(inputs[name]))
	}
	return path
}

func (k kind) fixed() []string { return append(k.inPath(), k.replaces...) }

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

func (k kind) idIn(answer object) string {
	if k.id != "" {
		return number(answer[k.id])
	}
	return number(answer["id"])
}

// number gives an id as text; JSON and the engine have numbers as floats.
func number(value any) string {
	if found, ok := value.(float64); ok {
		return strconv.FormatFloat(found, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}

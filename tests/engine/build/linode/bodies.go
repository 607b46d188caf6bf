package main

import "strings"

// Bodies of calls whose fields are called or nested otherwise than the inputs are.

func deviceBody(inputs object) object {
	return object{"id": inputs["entityId"], "type": inputs["entityType"]}
}

func recordBody(inputs object) object {
	body := renamed(without(inputs, "recordType"), apiName).(object)
	body["type"] = inputs["recordType"]
	return body
}

func addressBody(inputs object) object {
	return merged(object{"type": "ipv4", "public": true}, only(inputs, []string{"address", "public"}))
}

func sharedBody(inputs object) object {
	return object{"linode_id": inputs["linodeId"], "ips": list(inputs["addresses"])}
}

func userBody(inputs object) object { return only(inputs, []string{"username", "email", "restricted"}) }

// grantsBody turns linodeGrants into linode: all but global is a list of what the user may do with single things.
func grantsBody(inputs object) object {
	body := object{}
	for name, value := range inputs {
		if kind, ok := strings.CutSuffix(name, "Grants"); ok {
			body[kind] = renamed(value, apiName)
		}
	}
	return body
}

func bucketBody(inputs object) object {
	return renamed(only(inputs, []string{"label", "region", "acl", "corsEnabled"}), apiName).(object)
}

// keptBody says what a bucket keeps for how long.
func keptBody(inputs object) object {
	return renamed(only(inputs, []string{"label", "region", "versioning", "lifecycleRules"}), apiName).(object)
}

func firewallBody(inputs object) object {
	body := renamed(only(inputs, []string{"label", "tags"}), apiName).(object)
	body["rules"] = rulesBody(inputs)
	body["devices"] = only(renamed(inputs, apiName).(object), []string{"linodes", "nodebalancers", "interfaces"})
	return body
}

func rulesBody(inputs object) object {
	return object{
		"inbound_policy": inputs["inboundPolicy"], "outbound_policy": inputs["outboundPolicy"],
		"inbound": rules(inputs["inbounds"]), "outbound": rules(inputs["outbounds"]),
	}
}

func rules(given any) []any {
	made := []any{}
	for _, each := range list(given) {
		rule := renamed(each, apiName).(object)
		rule["addresses"] = only(rule, []string{"ipv4", "ipv6"})
		made = append(made, without(rule, "ipv4", "ipv6"))
	}
	return made
}

// instanceBody boots an instance unless told otherwise, as the provider does.
func instanceBody(inputs object) object {
	plain := without(inputs, "metadatas", "linodeInterfaces", "placementGroupExternallyManaged", "resizeDisk",
		"migrationType", "watchdogEnabled", "alerts")
	body := renamed(plain, apiName).(object)
	for _, metadata := range list(inputs["metadatas"]) {
		body["metadata"] = renamed(metadata, apiName)
	}
	if interfaces, ok := inputs["linodeInterfaces"]; ok {
		body["interfaces"] = renamed(interfaces, apiName)
	}
	if _, ok := body["booted"]; !ok {
		body["booted"] = true
	}
	return body
}

func list(value any) []any {
	found, _ := value.([]any)
	return found
}

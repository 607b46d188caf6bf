package main

// Bodies of calls whose fields are called or nested otherwise than the inputs are.

func deviceBody(inputs object) object {
	return object{"id": inputs["entityId"], "type": inputs["entityType"]}
}

func recordBody(inputs object) object {
	body := renamed(without(inputs, "recordType"), apiName).(object)
	body["type"] = inputs["recordType"]
	return body
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

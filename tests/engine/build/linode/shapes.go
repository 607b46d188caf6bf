package main

import (
	"strings"
	"unicode"
)

type object = map[string]any

// Names that do not follow from the other form. Pulumi makes lists plural; Linode's API has a list under its singular.
var apiNames = map[string]string{
	"ipv4s": "ipv4", "ipv6s": "ipv6", "nat11": "nat_1_1", "nat11Address": "nat_1_1_address", "slaacs": "slaac",
}

// apiName gives an input's name as Linode's API has it.
func apiName(name string) string {
	if known, ok := apiNames[name]; ok {
		return known
	}
	var made strings.Builder
	for _, letter := range name {
		if unicode.IsUpper(letter) {
			made.WriteByte('_')
		}
		made.WriteRune(unicode.ToLower(letter))
	}
	return made.String()
}

// outputName gives a field of an answer as Pulumi has it.
func outputName(name string) string {
	words := strings.Split(name, "_")
	for number, word := range words[1:] {
		words[number+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// renamed gives a value with all names in it made anew, however deep.
func renamed(value any, name func(string) string) any {
	switch held := value.(type) {
	case object:
		made := object{}
		for key, one := range held {
			made[name(key)] = renamed(one, name)
		}
		return made
	case []any:
		made := make([]any, len(held))
		for number, one := range held {
			made[number] = renamed(one, name)
		}
		return made
	}
	return value
}

func without(values object, names ...string) object {
	made := object{}
	for name, value := range values {
		made[name] = value
	}
	for _, name := range names {
		delete(made, name)
	}
	return made
}

func only(values object, names []string) object {
	made := object{}
	for _, name := range names {
		if value, ok := values[name]; ok {
			made[name] = value
		}
	}
	return made
}

func has(names []string, name string) bool {
	for _, one := range names {
		if one == name {
			return true
		}
	}
	return false
}

package main

import (
	"context"
	"fmt"

	"github.com/linode/linodego"
)

// rearmed changes a firewall: its label, its rules and its devices each by calls of their own.
func (a *api) rearmed(ctx context.Context, own string, news object, names []string) (object, error) {
	if has(names, "label") || has(names, "tags") {
		if _, err := a.call(ctx, "PUT", own, only(news, []string{"label", "tags"})); err != nil {
			return nil, err
		}
	}
	if anyOf(names, "inbounds", "outbounds", "inboundPolicy", "outboundPolicy") {
		if _, err := a.call(ctx, "PUT", own+"/rules", rulesBody(news)); err != nil {
			return nil, err
		}
	}
	if anyOf(names, "linodes", "nodebalancers", "interfaces") {
		if err := a.reassigned(ctx, own, news); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

var deviceTypes = map[string]string{"linodes": "linode", "nodebalancers": "nodebalancer", "interfaces": "linode_interface"}

// reassigned gives a firewall the devices that are wanted, and takes others from it, those of run time too.
func (a *api) reassigned(ctx context.Context, own string, news object) error {
	answer, err := a.call(ctx, "GET", own+"/devices", nil)
	if err != nil {
		return err
	}
	wanted := wantedDevices(news)
	for _, each := range list(answer["data"]) {
		device := each.(object)
		entity := device["entity"].(object)
		key := fmt.Sprint(entity["type"], " ", number(entity["id"]))
		if _, ok := wanted[key]; !ok {
			if _, err := a.call(ctx, "DELETE", own+"/devices/"+number(device["id"]), nil); err != nil {
				return err
			}
		}
		delete(wanted, key)
	}
	for _, body := range wanted {
		if _, err := a.call(ctx, "POST", own+"/devices", body); err != nil {
			return err
		}
	}
	return nil
}

func wantedDevices(news object) map[string]object {
	wanted := map[string]object{}
	for input, type_ := range deviceTypes {
		for _, id := range list(news[input]) {
			wanted[type_+" "+number(id)] = object{"id": id, "type": type_}
		}
	}
	return wanted
}

// resized changes a volume: size, then names, then the instance that it is attached to.
func (a *api) resized(ctx context.Context, own string, id int, sends object) (object, error) {
	if size, ok := sends["size"].(float64); ok {
		if err := a.client.ResizeVolume(ctx, id, int(size)); err != nil {
			return nil, err
		}
		if _, err := a.client.WaitForVolumeStatus(ctx, id, linodego.VolumeActive, seconds(ctx)); err != nil {
			return nil, err
		}
	}
	if named := only(sends, []string{"label", "tags"}); len(named) > 0 {
		if _, err := a.call(ctx, "PUT", own, named); err != nil {
			return nil, err
		}
	}
	if _, ok := sends["linodeId"]; ok {
		return nil, fmt.Errorf("this stand-in of Linode's provider moves no volume to another instance")
	}
	return nil, nil
}

func (a *api) detached(ctx context.Context, id int, properties object) error {
	if properties["linodeId"] == nil {
		return nil
	}
	if err := a.client.DetachVolume(ctx, id); err != nil {
		return err
	}
	_, err := a.client.WaitForVolumeLinodeID(ctx, id, nil, seconds(ctx))
	return err
}

func anyOf(names []string, wanted ...string) bool {
	for _, name := range wanted {
		if has(names, name) {
			return true
		}
	}
	return false
}

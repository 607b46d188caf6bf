package main

import (
	"context"
	"fmt"

	"github.com/linode/linodego"
)

const sharing = "/networking/ips/share"

func (a *api) shared(ctx context.Context, c change) (object, error) {
	return a.call(ctx, "POST", sharing, sharedBody(c.news))
}

func (a *api) unshared(ctx context.Context, id string, _ object) error {
	_, err := a.call(ctx, "POST", sharing, object{"linode_id": whole(id), "ips": []any{}})
	return err
}

// granted gives a restricted user what he may do: nothing until then.
func (a *api) granted(ctx context.Context, id string, inputs object) (object, error) {
	if inputs["restricted"] != true {
		return nil, nil
	}
	if _, err := a.call(ctx, "PUT", "/account/users/"+id+"/grants", grantsBody(inputs)); err != nil {
		return nil, errAfterCreation{err}
	}
	return nil, nil
}

func (a *api) regranted(ctx context.Context, c change) (object, error) {
	if _, err := a.call(ctx, "PUT", c.path, userBody(c.news)); err != nil {
		return nil, err
	}
	return a.granted(ctx, c.id, c.news)
}

// kept says what a bucket keeps for how long. The provider does so over S3; the embedded cloud has a call for it.
func (a *api) kept(ctx context.Context, _ string, inputs object) (object, error) {
	if _, err := a.call(ctx, "POST", a.url+"/_cloud/linode-buckets", keptBody(inputs)); err != nil {
		return nil, errAfterCreation{err}
	}
	return nil, nil
}

func (a *api) opened(ctx context.Context, c change) (object, error) {
	access := only(bucketBody(c.news), []string{"acl", "cors_enabled"})
	if _, err := a.call(ctx, "PUT", c.path+"/access", access); err != nil {
		return nil, err
	}
	return a.kept(ctx, c.id, c.news)
}

// rearmed changes a firewall: its label, its rules and its devices each by calls of their own.
func (a *api) rearmed(ctx context.Context, c change) (object, error) {
	own, news, names := c.path, c.news, c.names
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
func (a *api) resized(ctx context.Context, c change) (object, error) {
	id, sends := whole(c.id), c.sends
	if size, ok := sends["size"].(float64); ok {
		if err := a.client.ResizeVolume(ctx, id, int(size)); err != nil {
			return nil, err
		}
		if _, err := a.client.WaitForVolumeStatus(ctx, id, linodego.VolumeActive, seconds(ctx)); err != nil {
			return nil, err
		}
	}
	if named := only(sends, []string{"label", "tags"}); len(named) > 0 {
		if _, err := a.call(ctx, "PUT", c.path, named); err != nil {
			return nil, err
		}
	}
	if _, ok := sends["linodeId"]; ok {
		return nil, fmt.Errorf("this stand-in of Linode's provider moves no volume to another instance")
	}
	return nil, nil
}

// activated waits for a volume. The provider's framework keeps nothing of what fails here: a volume that never gets
// active is in no state.
func (a *api) activated(ctx context.Context, id string, _ object) (object, error) {
	_, err := a.client.WaitForVolumeStatus(ctx, whole(id), linodego.VolumeActive, seconds(ctx))
	return nil, err
}

// detached takes a volume from its instance, then away.
func (a *api) detached(ctx context.Context, id string, properties object) error {
	if properties["linodeId"] != nil {
		if err := a.client.DetachVolume(ctx, whole(id)); err != nil {
			return err
		}
		if _, err := a.client.WaitForVolumeLinodeID(ctx, whole(id), nil, seconds(ctx)); err != nil {
			return err
		}
	}
	return a.client.DeleteVolume(ctx, whole(id))
}

func anyOf(names []string, wanted ...string) bool {
	for _, name := range wanted {
		if has(names, name) {
			return true
		}
	}
	return false
}

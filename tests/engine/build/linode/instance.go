package main

import (
	"context"
	"fmt"

	"github.com/linode/linodego"
)

// Inputs that an instance's update sends; the others are resized, migrated or rebooted for, which is left out here.
var relabelling = []string{"label", "tags", "group", "watchdogEnabled", "alerts", "maintenancePolicy"}

// started sees an instance through to its first boot; whatever fails leaves the instance to the engine.
func (a *api) started(ctx context.Context, text string, inputs object) (object, error) {
	id := whole(text)
	if later := only(inputs, []string{"watchdogEnabled", "alerts"}); len(later) > 0 && later["watchdogEnabled"] != true {
		if _, err := a.call(ctx, "PUT", instancePath(id), renamed(later, apiName).(object)); err != nil {
			return nil, errAfterCreation{err}
		}
	}
	target := linodego.InstanceRunning
	if inputs["booted"] == false || inputs["image"] == nil {
		target = linodego.InstanceOffline
	}
	if !a.skipsReadyPoll {
		if _, err := a.client.WaitForInstanceStatus(ctx, id, target, seconds(ctx)); err != nil {
			return nil, errAfterCreation{fmt.Errorf("Linode instance %d did not reach status %s: %w", id, target, err)}
		}
	}
	return a.looked(ctx, id)
}

// looked reads an instance by the calls that the provider makes.
func (a *api) looked(ctx context.Context, id int) (object, error) {
	answer, err := a.call(ctx, "GET", instancePath(id), nil)
	if err != nil {
		return nil, errAfterCreation{err}
	}
	addresses, err := a.client.GetInstanceIPAddresses(ctx, id)
	if err != nil {
		return nil, errAfterCreation{err}
	}
	if _, err := a.client.ListInstanceDisks(ctx, id, nil); err != nil {
		return nil, errAfterCreation{err}
	}
	if _, err := a.client.ListInstanceConfigs(ctx, id, nil); err != nil {
		return nil, errAfterCreation{err}
	}
	return addressed(answer, addresses.IPv4), nil
}

// addressed names addresses as the provider's outputs do.
func addressed(answer object, addresses *linodego.InstanceIPv4Response) object {
	made := without(answer, "ipv4")
	made["ipv4s"] = answer["ipv4"]
	if len(addresses.Public) > 0 {
		made["ip_address"] = addresses.Public[0].Address
	}
	if len(addresses.Private) > 0 {
		made["private_ip_address"] = addresses.Private[0].Address
	}
	return made
}

func (a *api) relabelled(ctx context.Context, c change) (object, error) {
	for name := range c.sends {
		if !has(relabelling, name) {
			return nil, fmt.Errorf("this stand-in of Linode's provider changes no %s of an instance in place", name)
		}
	}
	if _, err := a.call(ctx, "PUT", c.path, renamed(c.sends, apiName).(object)); err != nil {
		return nil, err
	}
	return a.looked(ctx, whole(c.id))
}

// ended deletes an instance and waits until it is gone, so that its volumes are free.
func (a *api) ended(ctx context.Context, text string, _ object) error {
	id := whole(text)
	poller, err := a.client.NewEventPoller(ctx, id, linodego.EntityLinode, linodego.ActionLinodeDelete)
	if err != nil {
		return err
	}
	if err := a.client.DeleteInstance(ctx, id); err != nil {
		return err
	}
	_, err = poller.WaitForFinished(ctx, seconds(ctx))
	return err
}

func instancePath(id int) string { return fmt.Sprintf("%s/%d", instances, id) }

package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/linode/linodego"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// What the provider gives up after if the program sets no other time: create of instances and volumes.
const usualTimeout = 15 * time.Minute

// How one can log in to an instance made of an image; https://www.pulumi.com/registry/packages/linode/api-docs/instance/
var logins = []string{"rootPass", "authorizedKeys", "authorizedUsers"}

// errAfterCreation is a failure of what comes after a thing was made; the engine then keeps the thing, and the failure.
type errAfterCreation struct{ error }

func (p *provider) made(ctx context.Context, k kind, type_ string, inputs object) (string, *structpb.Struct, error) {
	if inputs["image"] != nil && len(only(inputs, logins)) == 0 {
		return "", nil, fmt.Errorf("an image needs one of %s", strings.Join(logins, ", "))
	}
	answer, err := p.api.call(ctx, "POST", k.path(inputs), k.sent(inputs))
	if err != nil {
		return "", nil, fmt.Errorf("failed to create a %s: %w", k.noun, err)
	}
	id := k.idIn(answer)
	more, err := p.completed(ctx, type_, id, inputs)
	if more == nil {
		more = answer
	}
	return id, packed(computed(more, inputs)), err
}

// completed does what comes after a thing was made, and gives what is known of it then.
func (p *provider) completed(ctx context.Context, type_, id string, inputs object) (object, error) {
	switch type_ {
	case "linode:index/instance:Instance":
		return p.api.started(ctx, whole(id), inputs)
	case "linode:index/volume:Volume":
		// The provider's framework keeps nothing of what fails here: the volume, if there is one, is in no state.
		_, err := p.api.client.WaitForVolumeStatus(ctx, whole(id), linodego.VolumeActive, seconds(ctx))
		return nil, err
	}
	return nil, nil
}

func (p *provider) updated(ctx context.Context, k kind, r *pulumirpc.UpdateRequest, names []string) (object, error) {
	olds, news := r.Olds.AsMap(), r.News.AsMap()
	own, sends := k.path(olds)+"/"+r.Id, without(news, k.fixed()...)
	if k.onlyChanged {
		sends = only(sends, names)
	}
	switch typeOf(r.Urn) {
	case "linode:index/firewall:Firewall":
		return p.api.rearmed(ctx, own, news, names)
	case "linode:index/volume:Volume":
		return p.api.resized(ctx, own, whole(r.Id), sends)
	case "linode:index/instance:Instance":
		return p.api.relabelled(ctx, own, sends)
	}
	return p.api.call(ctx, "PUT", own, k.sent(sends))
}

func (p *provider) removed(ctx context.Context, k kind, r *pulumirpc.DeleteRequest) error {
	path := k.path(r.Properties.AsMap()) + "/" + r.Id
	switch typeOf(r.Urn) {
	case "linode:index/instance:Instance":
		return p.api.ended(ctx, whole(r.Id))
	case "linode:index/volume:Volume":
		if err := p.api.detached(ctx, whole(r.Id), r.Properties.AsMap()); err != nil {
			return err
		}
	}
	_, err := p.api.call(ctx, "DELETE", path, nil)
	return err
}

// failed tells the engine of a failure; of one after creation so that it keeps what was made.
func failed(urn, id string, outputs *structpb.Struct, err error) error {
	reason := fmt.Sprintf("creating %s: %s", urn, err)
	after := errAfterCreation{}
	if !errors.As(err, &after) {
		return status.Error(codes.Unknown, reason)
	}
	detail := &pulumirpc.ErrorResourceInitFailed{Id: id, Properties: outputs, Reasons: []string{reason}}
	with, failure := status.New(codes.Unknown, reason).WithDetails(detail)
	if failure != nil {
		return failure
	}
	return with.Err()
}

func isGone(err error) bool { return err != nil && linodego.IsNotFound(err) }

// limited gives a call so long as the program allows; 0 means as long as the provider does of itself.
func limited(ctx context.Context, timeoutSeconds float64) (context.Context, context.CancelFunc) {
	if timeoutSeconds > 0 {
		return context.WithTimeout(ctx, time.Duration(timeoutSeconds*float64(time.Second)))
	}
	return context.WithTimeout(ctx, usualTimeout)
}

func seconds(ctx context.Context) int {
	end, _ := ctx.Deadline()
	return int(time.Until(end).Seconds()) + 1
}

func whole(id string) int {
	found, err := strconv.Atoi(id)
	if err != nil {
		panic(err)
	}
	return found
}

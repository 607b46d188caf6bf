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
)

// What the provider gives up after if the program sets no other time: create of instances and volumes.
const usualTimeout = 15 * time.Minute

// How one can log in to an instance made of an image; https://www.pulumi.com/registry/packages/linode/api-docs/instance/
var logins = []string{"rootPass", "authorizedKeys", "authorizedUsers"}

// errAfterCreation is a failure of what comes after a thing was made; the engine then keeps the thing, and the failure.
type errAfterCreation struct{ error }

func (a *api) made(ctx context.Context, k kind, inputs object) (string, object, error) {
	if inputs["image"] != nil && len(only(inputs, logins)) == 0 {
		return "", nil, fmt.Errorf("an image needs one of %s", strings.Join(logins, ", "))
	}
	answer, err := a.call(ctx, "POST", k.path(inputs), k.sent(inputs))
	if err != nil {
		return "", nil, fmt.Errorf("failed to create a %s: %w", k.noun, err)
	}
	id := k.idIn(answer, inputs)
	if k.completed == nil {
		return id, computed(answer, inputs), nil
	}
	later, err := k.completed(a, ctx, id, inputs)
	if later == nil {
		later = answer
	}
	return id, computed(later, inputs), err
}

func (a *api) updated(ctx context.Context, k kind, r *pulumirpc.UpdateRequest, names []string) (object, error) {
	news := r.News.AsMap()
	sends := without(news, k.fixed()...)
	if k.onlyChanged {
		sends = only(sends, names)
	}
	own := k.own(r.Olds.AsMap(), r.Id)
	if k.changed != nil {
		return k.changed(a, ctx, change{kind: k, id: r.Id, path: own, news: news, sends: sends, names: names})
	}
	return a.call(ctx, "PUT", own, k.sent(sends))
}

func (a *api) deleted(ctx context.Context, k kind, r *pulumirpc.DeleteRequest) error {
	properties := r.Properties.AsMap()
	if k.removed != nil {
		return k.removed(a, ctx, r.Id, properties)
	}
	_, err := a.call(ctx, "DELETE", k.own(properties, r.Id), nil)
	return err
}

// failed tells the engine of a failure; of one after creation so that it keeps what was made.
func failed(urn, id string, outputs object, err error) error {
	reason := fmt.Sprintf("creating %s: %s", urn, err)
	after := errAfterCreation{}
	if !errors.As(err, &after) {
		return status.Error(codes.Unknown, reason)
	}
	detail := &pulumirpc.ErrorResourceInitFailed{Id: id, Properties: packed(outputs), Reasons: []string{reason}}
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

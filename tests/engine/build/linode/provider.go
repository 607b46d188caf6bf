package main

import (
	"context"
	"reflect"
	"sort"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// version is that of the plugin which this one stands in for, said when it is built.
var version = "0.0.0"

// provider answers the engine: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
type provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	api *api
}

func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (p *provider) CheckConfig(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: r.News}, nil
}

func (p *provider) DiffConfig(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return told(changed(r.OldInputs.AsMap(), r.News.AsMap()), nil), nil
}

// Configure calls nobody, as the real one: a wrong token is found out by the first call.
func (p *provider) Configure(_ context.Context, r *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	p.api = newAPI(r.Args.AsMap())
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, AcceptOutputs: true}, nil
}

func (p *provider) Check(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: r.News}, nil
}

// Diff compares what the program gives with what it gave; the engine has put ignored changes back before.
func (p *provider) Diff(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	found, err := kindOf(r.Urn)
	if err != nil {
		return nil, err
	}
	return told(changed(r.OldInputs.AsMap(), r.News.AsMap()), found.fixed()), nil
}

func (p *provider) Create(ctx context.Context, r *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	if r.Preview {
		return &pulumirpc.CreateResponse{Properties: r.Properties}, nil
	}
	found, err := kindOf(r.Urn)
	if err != nil {
		return nil, err
	}
	ctx, cancel := limited(ctx, r.Timeout)
	defer cancel()
	id, outputs, err := p.api.made(ctx, found, r.Properties.AsMap())
	if err != nil {
		return nil, failed(r.Urn, id, outputs, err)
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: packed(outputs)}, nil
}

// Read tells what is there now; inputs are those that the engine knows, as they are there.
func (p *provider) Read(ctx context.Context, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	found, err := kindOf(r.Urn)
	if err != nil {
		return nil, err
	}
	known := r.Properties.AsMap()
	if found.unread {
		return &pulumirpc.ReadResponse{Id: r.Id, Properties: r.Properties, Inputs: r.Inputs}, nil
	}
	answer, err := p.api.call(ctx, "GET", found.own(known, r.Id), nil)
	if isGone(err) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	inputs := only(seen(r.Inputs.AsMap(), answer), names(r.Inputs.AsMap()))
	return &pulumirpc.ReadResponse{Id: r.Id, Properties: packed(seen(known, answer)), Inputs: packed(inputs)}, nil
}

// Update calls nobody when nothing changed: so the engine goes on with what failed while it was created.
func (p *provider) Update(ctx context.Context, r *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	olds, news := r.OldInputs.AsMap(), r.News.AsMap()
	names := changed(olds, news)
	if r.Preview || len(names) == 0 {
		return &pulumirpc.UpdateResponse{Properties: packed(merged(r.Olds.AsMap(), news))}, nil
	}
	found, err := kindOf(r.Urn)
	if err != nil {
		return nil, err
	}
	ctx, cancel := limited(ctx, r.Timeout)
	defer cancel()
	answer, err := p.api.updated(ctx, found, r, names)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: packed(computed(answer, merged(r.Olds.AsMap(), news)))}, nil
}

func (p *provider) Delete(ctx context.Context, r *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	found, err := kindOf(r.Urn)
	if err != nil {
		return nil, err
	}
	ctx, cancel := limited(ctx, r.Timeout)
	defer cancel()
	if err := p.api.deleted(ctx, found, r); err != nil && !isGone(err) {
		return nil, err
	}
	return &emptypb.Empty{}, nil
}

// changed gives the names of the inputs that differ, in order.
func changed(olds, news object) []string {
	differ := []string{}
	for name := range merged(olds, news) {
		if !strings.HasPrefix(name, "__") && !reflect.DeepEqual(olds[name], news[name]) {
			differ = append(differ, name)
		}
	}
	sort.Strings(differ)
	return differ
}

func told(differ, fixed []string) *pulumirpc.DiffResponse {
	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE, Diffs: differ}
	for _, name := range differ {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		if has(fixed, name) {
			response.Replaces = append(response.Replaces, name)
		}
	}
	return response
}

func merged(first, second object) object {
	made := without(first)
	for name, value := range second {
		made[name] = value
	}
	return made
}

// computed gives a resource's outputs: what the API answers, and what was asked for as it was asked for.
func computed(answer, inputs object) object { return merged(shown(answer), inputs) }

// shown gives the fields of an answer that are outputs as they are. Pulumi has what is nested in other forms, each type
// of resource in its own; they are left out.
func shown(answer object) object {
	made := object{}
	for name, value := range without(answer, "id") {
		if !isNested(value) {
			made[outputName(name)] = value
		}
	}
	return made
}

func isNested(value any) bool {
	for _, one := range list(value) {
		if isNested(one) {
			return true
		}
	}
	_, nested := value.(object)
	return nested || value == nil
}

// seen gives known properties as an answer has them, where it has them in the same form.
func seen(known, answer object) object {
	made := without(known)
	for name, value := range shown(answer) {
		if _, ok := known[name]; !ok || reflect.TypeOf(known[name]) == reflect.TypeOf(value) {
			made[name] = value
		}
	}
	return made
}

func names(values object) []string {
	made := []string{}
	for name := range values {
		made = append(made, name)
	}
	return made
}

func packed(values object) *structpb.Struct {
	made, err := structpb.NewStruct(values)
	if err != nil {
		panic(err)
	}
	return made
}

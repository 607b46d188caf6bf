package main

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"time"

	"github.com/linode/linodego"
)

const (
	// testedURL is the variable by which tests send all calls to the embedded cloud, whatever the program says.
	testedURL         = "LIFEBOAT_TEST_LINODE"
	usualURL          = "https://api.linode.com"
	usualPollInterval = 4 * time.Second // provider, docs/index.md: event_poll_ms
)

// api is Linode's API by the client that Linode's own provider is built on.
type api struct {
	client         *linodego.Client
	url            string
	skipsReadyPoll bool
}

// newAPI makes a client as the provider does: https://github.com/linode/terraform-provider-linode, linode/helper/config.go.
func newAPI(given object) *api {
	client := linodego.NewClient(nil)
	base := text(object{}, "", testedURL, text(given, "url", "LINODE_URL", usualURL))
	client.SetBaseURL(base)
	client.SetToken(text(given, "token", "LINODE_TOKEN", ""))
	client.SetPollDelay(usualPollInterval)
	onMilliseconds(object{"": os.Getenv("LINODE_EVENT_POLL_MS")}, "", func(wait time.Duration) { client.SetPollDelay(wait) })
	onMilliseconds(given, "eventPollMs", func(wait time.Duration) { client.SetPollDelay(wait) })
	onMilliseconds(given, "minRetryDelayMs", func(wait time.Duration) { client.SetRetryWaitTime(wait) })
	onMilliseconds(given, "maxRetryDelayMs", func(wait time.Duration) { client.SetRetryMaxWaitTime(wait) })
	client.AddRetryCondition(retriesBroken)
	return &api{client: &client, url: base, skipsReadyPoll: text(given, "skipInstanceReadyPoll", "", "") == "true"}
}

// retriedWhenBroken are the paths at which the provider tries again after a 500, beside what its client does: the same
// project's linode/helper/http.go.
var retriedWhenBroken = regexp.MustCompile(`/databases/[a-z]+/instances/[0-9]+|/linode/instances/[0-9]+/ips`)

func retriesBroken(answer *linodego.Response, _ error) bool {
	asked, err := url.Parse(answer.Request.URL)
	return err == nil && answer.StatusCode() == http.StatusInternalServerError && retriedWhenBroken.MatchString(asked.Path)
}

// call makes one call; an answer that tells errors is an error.
func (a *api) call(ctx context.Context, method, path string, body object) (object, error) {
	answer := object{}
	request := a.client.R(ctx).SetResult(&answer)
	if body != nil {
		request.SetBody(body)
	}
	response, err := request.Execute(method, path)
	if err != nil {
		return nil, linodego.NewError(err)
	}
	if response.IsError() {
		return nil, linodego.NewError(response)
	}
	return answer, nil
}

// text gives a setting; the engine sends what is no text as JSON in a text.
func text(given object, name, variable, otherwise string) string {
	switch value := given[name].(type) {
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	if found := os.Getenv(variable); variable != "" && found != "" {
		return found
	}
	return otherwise
}

func onMilliseconds(given object, name string, set func(time.Duration)) {
	if wait, err := strconv.Atoi(text(given, name, "", "")); err == nil {
		set(time.Duration(wait) * time.Millisecond)
	}
}

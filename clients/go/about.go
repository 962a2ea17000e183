package meridian

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// Where an edge says what it has, and who a client is to it.
const (
	aboutPath  = "/.well-known/meridian.json"
	whoamiPath = "/api/whoami"
)

// about is what a client needs of /.well-known/meridian.json. Both addresses are at the origin that said them.
type about struct {
	// Where clients connect.
	socket *url.URL
	// Where sign-ins go; nil where none are taken.
	credentials *url.URL
}

// discover asks an endpoint what it is.
func discover(ctx context.Context, origin *url.URL) (about, error) {
	var said struct {
		Meridian    string  `json:"meridian"`
		NATS        string  `json:"nats"`
		Credentials *string `json:"credentials"`
	}
	answer, err := ask(ctx, http.MethodGet, origin.String()+aboutPath, nil)
	if err != nil {
		return about{}, &EndpointError{origin.String(), "does not answer", err}
	}
	if answer.status != http.StatusOK || json.Unmarshal(answer.body, &said) != nil || said.Meridian == "" {
		return about{}, &EndpointError{origin.String(), fmt.Sprintf("is not Meridian: it answers %d to %s. Is the address right?", answer.status, aboutPath), nil}
	}
	// Credentials are sent to both: they are for the host alone that was asked for, and as well encrypted.
	found := about{}
	if found.socket, err = url.Parse(said.NATS); err != nil || !isAt(found.socket, socketScheme[origin.Scheme], origin) {
		what := fmt.Sprintf("says that clients connect at %q, and they do so at %s://%s only", repeated(shown(said.NATS), ""), socketScheme[origin.Scheme], origin.Host)
		return about{}, &EndpointError{origin.String(), what, nil}
	}
	if said.Credentials == nil {
		return found, nil
	}
	if found.credentials, err = url.Parse(*said.Credentials); err != nil || !isAt(found.credentials, origin.Scheme, origin) {
		what := fmt.Sprintf("sends sign-ins to %q, another host", repeated(shown(*said.Credentials), ""))
		return about{}, &EndpointError{origin.String(), what, nil}
	}
	return found, nil
}

var socketScheme = map[string]string{"https": "wss", "http": "ws"}

// whyNobody returns why no region takes this client; empty if one does, or if the edge does not say.
func whyNobody(ctx context.Context, origin *url.URL, query string) string {
	var who struct {
		Region   *string `json:"region"`
		Decision string  `json:"decision"`
	}
	answer, err := ask(ctx, http.MethodGet, origin.String()+whoamiPath+query, nil)
	if err != nil || answer.status != http.StatusOK || json.Unmarshal(answer.body, &who) != nil || who.Region != nil {
		return ""
	}
	return repeated(who.Decision, "")
}

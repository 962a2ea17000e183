package meridian

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Where an edge says what it has, and who a client is to it.
const (
	aboutPath  = "/.well-known/meridian.json"
	whoamiPath = "/api/whoami"
)

const (
	askTimeout = 10 * time.Second
	mostBytes  = 1 << 20
)

// It follows nothing: what is sent to the endpoint, a sign-in among it, is for the endpoint alone.
var asking = &http.Client{
	Timeout:       askTimeout,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// about is what a client needs of /.well-known/meridian.json.
type about struct {
	Meridian    string  `json:"meridian"`
	NATS        string  `json:"nats"`
	Credentials *string `json:"credentials"`
}

// originOf takes an endpoint as people write it, "nats.example.com" too.
func originOf(endpoint string) (*url.URL, error) {
	where, err := url.Parse(endpoint)
	if err != nil || where.Host == "" {
		where, err = url.Parse("https://" + endpoint)
	}
	if err != nil || where.Host == "" {
		return nil, &EndpointError{endpoint, "is no address: give one such as https://nats.example.com", err}
	}
	switch where.Scheme {
	case "https", "http":
	case "wss":
		where.Scheme = "https"
	case "ws":
		where.Scheme = "http"
	default:
		return nil, &EndpointError{endpoint, fmt.Sprintf("begins with %s://, and an edge is reached by https://", where.Scheme), nil}
	}
	if where.Scheme == "http" && !isHere(where.Hostname()) {
		return nil, &EndpointError{endpoint, "is not encrypted: credentials would be readable on the way. Use https", nil}
	}
	return &url.URL{Scheme: where.Scheme, Host: where.Host}, nil
}

func isHere(host string) bool {
	address := net.ParseIP(host)
	return host == "localhost" || (address != nil && address.IsLoopback())
}

// discover asks an endpoint what it is.
func discover(ctx context.Context, origin *url.URL) (about, error) {
	var found about
	status, body, err := ask(ctx, http.MethodGet, origin.String()+aboutPath, nil)
	if err != nil {
		return found, &EndpointError{origin.String(), "does not answer", err}
	}
	if status != http.StatusOK || json.Unmarshal(body, &found) != nil || found.Meridian == "" {
		return found, &EndpointError{origin.String(), fmt.Sprintf("is not Meridian: it answers %d to %s. Is the address right?", status, aboutPath), nil}
	}
	socket, err := url.Parse(found.NATS)
	if err != nil || (origin.Scheme == "https") != (socket.Scheme == "wss") {
		return found, &EndpointError{origin.String(), fmt.Sprintf("says that clients connect at %q, which is not what it should be", found.NATS), err}
	}
	if found.Credentials != nil && !isAt(*found.Credentials, origin) {
		return found, &EndpointError{origin.String(), fmt.Sprintf("sends sign-ins to %q, another host", *found.Credentials), nil}
	}
	return found, nil
}

func isAt(address string, origin *url.URL) bool {
	where, err := url.Parse(address)
	return err == nil && where.Scheme == origin.Scheme && where.Host == origin.Host
}

// whyNobody returns why no region takes this client; empty if one does, or if the edge does not say.
func whyNobody(ctx context.Context, origin *url.URL, query string) string {
	var who struct {
		Region   *string `json:"region"`
		Decision string  `json:"decision"`
	}
	status, body, err := ask(ctx, http.MethodGet, origin.String()+whoamiPath+query, nil)
	if err != nil || status != http.StatusOK || json.Unmarshal(body, &who) != nil || who.Region != nil {
		return ""
	}
	return who.Decision
}

// ask returns status and body of an answer that is not too long.
func ask(ctx context.Context, method, address string, change func(*http.Request)) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return 0, nil, err
	}
	if change != nil {
		change(request)
	}
	response, err := asking.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostBytes))
	return response.StatusCode, body, err
}

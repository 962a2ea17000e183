package meridian

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Ports that an address has without saying so.
var defaultPorts = map[string]string{"https": "443", "wss": "443", "http": "80", "ws": "80"}

// originOf takes an endpoint as people write it, "nats.example.com" too. Its errors never repeat what stands before an @.
func originOf(endpoint string) (*url.URL, error) {
	where, err := url.Parse(endpoint)
	if err != nil || where.Host == "" {
		where, err = url.Parse("https://" + endpoint)
	}
	// The parser's own error repeats the whole address.
	if err != nil || where.Hostname() == "" {
		return nil, &EndpointError{shown(endpoint), "is no address: give one such as https://nats.example.com", nil}
	}
	if where.User != nil {
		return nil, &EndpointError{shown(endpoint), "was given with a user or a token in it: give those as Options.Credentials", nil}
	}
	switch where.Scheme {
	case "https", "http":
	case "wss":
		where.Scheme = "https"
	case "ws":
		where.Scheme = "http"
	default:
		return nil, &EndpointError{shown(endpoint), fmt.Sprintf("begins with %s://, and an edge is reached by https://", where.Scheme), nil}
	}
	if where.Scheme == "http" && !isHere(where.Hostname()) {
		return nil, &EndpointError{shown(endpoint), "is not encrypted: credentials would be readable on the way. Use https", nil}
	}
	return &url.URL{Scheme: where.Scheme, Host: hostOf(where)}, nil
}

// shown is an address as an error may repeat it: neither a user, nor a query, nor a fragment.
func shown(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "", address
	} else {
		scheme += "://"
	}
	// A password may hold a slash that nobody has escaped.
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = rest[at+1:]
	}
	return scheme + rest
}

// hostOf is a host as two addresses are compared by it: in lower case, and without a port that the scheme implies.
func hostOf(where *url.URL) string {
	host := strings.ToLower(where.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := where.Port(); port != "" && port != defaultPorts[where.Scheme] {
		host += ":" + port
	}
	return host
}

// isAt says whether an address is at the host of an origin, is spoken to with the scheme given, and names no user.
func isAt(where *url.URL, scheme string, origin *url.URL) bool {
	return where.Scheme == scheme && where.User == nil && where.Opaque == "" && hostOf(where) == hostOf(origin)
}

func isHere(host string) bool {
	address := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || (address != nil && address.IsLoopback())
}

package meridian

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
)

// ErrClosed is returned by what is called on an Edge after its Close.
var ErrClosed = errors.New("the client was closed")

// EndpointError says what is wrong with an endpoint: it does not answer, or is no Meridian.
type EndpointError struct {
	// Endpoint never holds a user or a query, if it was given with one.
	Endpoint string
	What     string
	Cause    error
}

func (e *EndpointError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("%s %s", e.Endpoint, e.What)
	}
	return fmt.Sprintf("%s %s: %v", e.Endpoint, e.What, e.Cause)
}

func (e *EndpointError) Unwrap() error { return e.Cause }

// CredentialsError says why credentials, or a sign-in, were not taken.
type CredentialsError struct {
	Endpoint string
	// Code is the edge's own, such as "not_granted"; empty where a NATS server refused.
	Code  string
	What  string
	Cause error
}

func (e *CredentialsError) Error() string { return fmt.Sprintf("%s %s", e.Endpoint, e.What) }
func (e *CredentialsError) Unwrap() error { return e.Cause }

// NoRegionError says that the edge answers and no region takes the client.
type NoRegionError struct {
	Endpoint string
	// Decision is the edge's own account of it, region by region; empty if it gave none.
	Decision string
	Cause    error
}

func (e *NoRegionError) Error() string {
	if e.Decision == "" {
		return fmt.Sprintf("%s answers, but the connection to a region failed: %v", e.Endpoint, e.Cause)
	}
	return fmt.Sprintf("no region of %s takes this client now: %s", e.Endpoint, e.Decision)
}

func (e *NoRegionError) Unwrap() error { return e.Cause }

// A server's refusals, with its words where nats.go has no error of its own for them while it connects, and what nats.go says of
// credentials that contradict each other.
var (
	refusals = map[string]error{
		"authorization violation":        nats.ErrAuthorization,
		"user authentication expired":    nats.ErrAuthExpired,
		"user authentication revoked":    nats.ErrAuthRevoked,
		"account authentication expired": nats.ErrAccountAuthExpired,
	}
	contradictions = []error{nats.ErrNkeyAndUser, nats.ErrUserInfoAlreadySet, nats.ErrTokenAlreadySet, nats.ErrUserButNoSigCB, nats.ErrNkeyButNoSigCB}
)

// refusalOf is a server's refusal of credentials as one of nats.go's errors; nil if it is something else.
func refusalOf(err error) error {
	for words, refusal := range refusals {
		if errors.Is(err, refusal) || strings.HasPrefix(strings.ToLower(err.Error()), "nats: "+words) {
			return refusal
		}
	}
	return nil
}

func isOneOf(err error, kinds []error) bool {
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

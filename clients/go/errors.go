package meridian

import "fmt"

// EndpointError says what is wrong with an endpoint: it does not answer, or is no Meridian.
type EndpointError struct {
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

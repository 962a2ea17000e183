package meridian

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// All attempts of FromEndpoint, where its ctx has no deadline.
	connectWithin = time.Minute
	// An attempt as a whole, where ctx ends no sooner: a region that sleeps starts its container first, which the edge itself waits
	// ten seconds for before it takes another one.
	attemptWithin = 30 * time.Second
	// A reconnect of nats.go, during which its publishes wait.
	reconnectWithin = 15 * time.Second
	// A server that hangs is left after this and one more.
	pingEvery    = 10 * time.Second
	drainTimeout = 20 * time.Second
	// What nats.go takes at most, once all is drained, to send what was written.
	flushWithin = 5 * time.Second
)

// dialUntil tries until there is a connection, or a reason that does not pass by itself.
func (e *Edge) dialUntil(ctx context.Context) (*lease, error) {
	for attempts := 1; ; attempts++ {
		l, err := e.dialOnce(ctx)
		var none *NoRegionError
		if err == nil || ctx.Err() != nil || !errors.As(err, &none) || none.Decision != "" {
			return l, err
		}
		timer := time.NewTimer(e.pause(connecting, attempts))
		select {
		case <-timer.C:
			e.fail(fmt.Errorf("it is tried again: %w", err))
		case <-ctx.Done():
			timer.Stop()
			return nil, &NoRegionError{none.Endpoint, "", fmt.Errorf("%w, after %w", ctx.Err(), none.Cause)}
		}
	}
}

func (e *Edge) dialOnce(ctx context.Context) (*lease, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptWithin)
	defer cancel()
	return e.dial(ctx)
}

// dial makes a connection, and says in words why it could not.
func (e *Edge) dial(ctx context.Context) (*lease, error) {
	l := newLease()
	nc, err := e.connect(ctx, l)
	if err != nil {
		l.cut()
		return nil, err
	}
	l.nc = nc
	if !l.hasMet() {
		l.meets(nc)
	}
	return l, nil
}

func (e *Edge) connect(ctx context.Context, l *lease) (*nats.Conn, error) {
	found, err := discover(ctx, e.origin)
	if err != nil {
		return nil, err
	}
	options := nats.GetDefaultOptions()
	given := e.ourOptions()
	if e.options.Credentials != nil {
		option, renewAt, err := e.options.Credentials.at(ctx, l.alive, e.origin, found)
		if err != nil {
			return nil, err
		}
		l.renewAt = renewAt
		given = append(given, option)
	}
	for _, option := range append(given, e.options.NATS...) {
		if option == nil {
			continue
		}
		if err := option(&options); isOneOf(err, contradictions) {
			return nil, e.explain(ctx, err)
		} else if err != nil {
			return nil, fmt.Errorf("an option of nats.go is not valid: %w", err)
		}
	}
	// What Options.NATS cannot change: where credentials go, and that this returns once there is a connection.
	where := *found.socket
	where.RawQuery = e.query()
	options.Url, options.Servers = "", []string{where.String()}
	options.RetryOnFailedConnect = false
	if options.Timeout == 0 {
		options.Timeout = reconnectWithin
	}
	l.within = options.DrainTimeout
	e.chain(&options, l)
	first, connected := context.WithCancel(ctx)
	defer connected()
	options.CustomDialer = newDialer(first, l.alive, &options)
	nc, err := connectWith(ctx, options, l.cut)
	if err != nil {
		return nil, e.explain(ctx, err)
	}
	return nc, nil
}

// connectWith has nats.go connect, which knows no context.
func connectWith(ctx context.Context, options nats.Options, cut func()) (*nats.Conn, error) {
	type outcome struct {
		nc  *nats.Conn
		err error
	}
	ended := make(chan outcome, 1)
	go func() {
		nc, err := options.Connect()
		ended <- outcome{nc, err}
	}()
	select {
	case o := <-ended:
		return o.nc, o.err
	case <-ctx.Done():
		cut()
		go func() {
			if late := <-ended; late.nc != nil {
				late.nc.Close()
			}
		}()
		return nil, ctx.Err()
	}
}

func (e *Edge) query() string {
	if len(e.options.Regions) == 0 {
		return ""
	}
	return url.Values{"region": {strings.Join(e.options.Regions, ",")}}.Encode()
}

// explain turns why there is no connection into one of the errors that are documented.
func (e *Edge) explain(ctx context.Context, cause error) error {
	origin := e.origin.String()
	var credentials *CredentialsError
	var endpoint *EndpointError
	switch {
	case errors.As(cause, &credentials), errors.As(cause, &endpoint):
		return cause
	case refusalOf(cause) != nil:
		cause = errors.Join(refusalOf(cause), cause)
		return &CredentialsError{Endpoint: origin, What: "took the connection, and its server refuses the credentials: are they for this edge?", Cause: cause}
	case isOneOf(cause, contradictions):
		return &CredentialsError{Endpoint: origin, What: "was not asked: Credentials and Options.NATS hold credentials of two kinds", Cause: cause}
	case ctx.Err() != nil:
		return &NoRegionError{origin, "", ctx.Err()}
	}
	query := ""
	if given := e.query(); given != "" {
		query = "?" + given
	}
	return &NoRegionError{origin, whyNobody(ctx, e.origin, query), cause}
}

func (e *Edge) ourOptions() []nats.Option {
	return []nats.Option{
		nats.Name(e.options.Name),
		nats.Timeout(reconnectWithin),
		nats.MaxReconnects(-1),
		nats.PingInterval(pingEvery),
		nats.MaxPingsOutstanding(1),
		nats.DrainTimeout(drainTimeout),
		nats.IgnoreDiscoveredServers(),
		// The dialer looks names up itself, and stops when it is told to.
		nats.SkipHostLookup(),
		nats.CustomReconnectDelay(reconnectDelay),
	}
}

func regionOf(nc *nats.Conn) string { return strings.TrimPrefix(nc.ConnectedServerName(), "nats-") }

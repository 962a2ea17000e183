// Package meridian connects a Go program to an edge of Meridian by its address alone:
//
//	edge, err := meridian.FromEndpoint(ctx, config.CloudflareEndpoint, meridian.Options{Credentials: meridian.Token(token)})
//
// The edge hands each connection to the best region. A region that fails is left by nats.go's own reconnect: the edge routes the
// client anew. A region that is drained says so before it closes connections, and the client moves ahead of that: a second
// connection takes over, and the first is closed once what is under way on it has ended (move.go).
package meridian

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Options of FromEndpoint; the zero value is a client without credentials that prefers no region.
type Options struct {
	Credentials Credentials
	// Regions are preferred, best first. Another one serves while none of them does.
	Regions []string
	// Name is what the servers show of the connection.
	Name string
	// Moved is told each time the client is at another region, and why: "connected", "reconnected", "drained", "credentials".
	Moved func(region, why string)
	// Failed is told what nobody waits for, such as a move that has to be tried again.
	Failed func(error)
	// NATS are options of nats.go, after those of this package.
	NATS []nats.Option
}

const (
	// A server that hangs is left after this and one more.
	pingEvery = 10 * time.Second
	// The first attempt is made at once: later ones spread, for all clients of a region lose it together.
	reconnectFirst = 250 * time.Millisecond
	reconnectMost  = 5 * time.Second
	drainTimeout   = 20 * time.Second
)

// Edge is a client of an edge. Its connection changes: use Do and Serve, and keep none.
type Edge struct {
	origin  *url.URL
	options Options

	lock    sync.Mutex
	current *lease
	serving []*served
	renew   *time.Timer
	closed  bool
	// Held while a connection follows another.
	moving sync.Mutex
	// Connections that were left and are not closed yet.
	leaving sync.WaitGroup
	ended   context.Context
	end     context.CancelFunc
}

// FromEndpoint connects to the edge at an address such as https://nats.example.com. Its error is an EndpointError, a
// CredentialsError or a NoRegionError, or ctx's own.
func FromEndpoint(ctx context.Context, endpoint string, options Options) (*Edge, error) {
	origin, err := originOf(endpoint)
	if err != nil {
		return nil, err
	}
	ended, end := context.WithCancel(context.Background())
	e := &Edge{origin: origin, options: options, ended: ended, end: end}
	first, err := e.dial(ctx)
	if err != nil {
		end()
		return nil, err
	}
	e.current = first
	e.tell(first.nc, "connected")
	return e, nil
}

// Region is the one whose server the client is connected to; empty while it is to none.
func (e *Edge) Region() string {
	e.lock.Lock()
	defer e.lock.Unlock()
	return regionOf(e.current.nc)
}

// Do runs something on the connection of now, which is not closed for a move before it has ended: a request, a publish to a
// stream, an acknowledgement. It lasts no longer than nats.go's DrainTimeout, or is cut off.
func (e *Edge) Do(something func(*nats.Conn) error) error {
	e.lock.Lock()
	held := e.current
	held.users.Add(1)
	e.lock.Unlock()
	defer held.users.Done()
	return something(held.nc)
}

// Serve starts what lasts, such as subscriptions or a consumer, now and on each connection that follows, there before it is
// stopped here. stop ends it gently, and may be nil: subscriptions are drained with their connection.
func (e *Edge) Serve(start func(*nats.Conn) (stop func(), err error)) error {
	e.moving.Lock()
	defer e.moving.Unlock()
	s := &served{start: start}
	stop, err := start(e.current.nc)
	if err != nil {
		return err
	}
	s.stop = stop
	e.serving = append(e.serving, s)
	return nil
}

// Close waits for what is under way, and closes the connection.
func (e *Edge) Close() {
	e.end()
	e.moving.Lock()
	defer e.moving.Unlock()
	e.lock.Lock()
	if e.closed {
		e.lock.Unlock()
		return
	}
	e.closed = true
	if e.renew != nil {
		e.renew.Stop()
	}
	last := e.current
	e.lock.Unlock()
	for _, s := range e.serving {
		last.stops = append(last.stops, s.stop)
	}
	last.close()
	e.leaving.Wait()
}

// dial makes a connection, and says in words why it could not.
func (e *Edge) dial(ctx context.Context) (*lease, error) {
	found, err := discover(ctx, e.origin)
	if err != nil {
		return nil, err
	}
	made := &lease{closed: make(chan struct{})}
	options := append(e.connectOptions(), nats.ClosedHandler(func(nc *nats.Conn) {
		close(made.closed)
		e.lost(nc)
	}))
	var renewAt time.Time
	if e.options.Credentials != nil {
		var option nats.Option
		if option, renewAt, err = e.options.Credentials.at(ctx, e.origin, found); err != nil {
			return nil, err
		}
		options = append(options, option)
	}
	query := ""
	if len(e.options.Regions) > 0 {
		query = "?" + url.Values{"region": {strings.Join(e.options.Regions, ",")}}.Encode()
	}
	nc, err := nats.Connect(found.NATS+query, append(options, e.options.NATS...)...)
	if err != nil {
		return nil, e.explain(ctx, query, err)
	}
	e.renewAt(renewAt)
	made.nc = nc
	return made, nil
}

// lost reports that nats.go has given up the connection in use, which it does when credentials are refused twice.
func (e *Edge) lost(nc *nats.Conn) {
	if e.uses(nc) {
		e.fail(e.explain(e.ended, "", nc.LastError()))
	}
}

func (e *Edge) explain(ctx context.Context, query string, cause error) error {
	if errors.Is(cause, nats.ErrAuthorization) || errors.Is(cause, nats.ErrAuthExpired) || errors.Is(cause, nats.ErrAuthRevoked) {
		return &CredentialsError{Endpoint: e.origin.String(), What: "took the connection, and its server refuses the credentials: are they for this edge?", Cause: cause}
	}
	return &NoRegionError{e.origin.String(), whyNobody(ctx, e.origin, query), cause}
}

func (e *Edge) connectOptions() []nats.Option {
	return []nats.Option{
		nats.Name(e.options.Name),
		nats.MaxReconnects(-1),
		nats.PingInterval(pingEvery),
		nats.MaxPingsOutstanding(1),
		nats.DrainTimeout(drainTimeout),
		nats.IgnoreDiscoveredServers(),
		nats.CustomReconnectDelay(func(attempts int) time.Duration {
			most := min(reconnectFirst<<min(attempts, 10), reconnectMost)
			return time.Duration(rand.Int64N(int64(most)))
		}),
		nats.ReconnectHandler(e.reconnected),
		nats.LameDuckModeHandler(func(nc *nats.Conn) { go e.leave(nc, drained) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { e.fail(err) }),
	}
}

func (e *Edge) reconnected(nc *nats.Conn) {
	if e.uses(nc) {
		e.tell(nc, "reconnected")
	}
}

// uses says whether a connection is that of now.
func (e *Edge) uses(nc *nats.Conn) bool {
	e.lock.Lock()
	defer e.lock.Unlock()
	return !e.closed && e.current != nil && e.current.nc == nc
}

func (e *Edge) tell(nc *nats.Conn, why string) {
	if e.options.Moved != nil {
		e.options.Moved(regionOf(nc), why)
	}
}

func (e *Edge) fail(err error) {
	if e.options.Failed != nil {
		e.options.Failed(err)
	}
}

func regionOf(nc *nats.Conn) string { return strings.TrimPrefix(nc.ConnectedServerName(), "nats-") }

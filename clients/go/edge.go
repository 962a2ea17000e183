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
	"net/url"
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
	//
	// Moved, Failed and the handlers of NATS are called one at a time. They may take their time, and may call anything of the Edge.
	Failed func(error)
	// NATS are options of nats.go, after those of this package. Its handlers are called besides those of this package. The address
	// and nats.RetryOnFailedConnect have no effect, and nats.Timeout is that of a reconnect.
	NATS []nats.Option
}

// Edge is a client of an edge. Its connection changes: use Do and Serve, and keep none.
type Edge struct {
	origin    *url.URL
	options   Options
	callbacks callbacks
	// How long to wait between attempts to move.
	pause func(why string, attempts int) time.Duration

	lock    sync.Mutex
	current *lease
	serving []*served
	// Servers that have said that they go, and when.
	draining map[string]time.Time
	closing  bool
	// Connections that were left and are not closed yet. One is added under the lock, and none once the Edge closes.
	leaving sync.WaitGroup

	// Holds whose turn it is to start what is served: Serve, or a move.
	turn     chan struct{}
	woken    chan struct{}
	followed chan struct{}
	ended    context.Context
	end      context.CancelFunc
	closed   chan struct{}
}

// FromEndpoint connects to the edge at an address such as https://nats.example.com. It takes no longer than ctx lasts, and a minute
// where ctx has no deadline: a region that sleeps may have to start first, and while the edge has a region for the client and the
// connection to it fails, it is tried again, of which Failed is told. Its error is an EndpointError, a CredentialsError or a
// NoRegionError, or one that an option of Options.NATS returned; where ctx has ended, errors.Is finds ctx's own in it.
func FromEndpoint(ctx context.Context, endpoint string, options Options) (*Edge, error) {
	return fromEndpoint(ctx, endpoint, options, pauseBefore)
}

func fromEndpoint(ctx context.Context, endpoint string, options Options, pause func(string, int) time.Duration) (*Edge, error) {
	origin, err := originOf(endpoint)
	if err != nil {
		return nil, err
	}
	if _, has := ctx.Deadline(); !has {
		within, cancel := context.WithTimeout(ctx, connectWithin)
		defer cancel()
		ctx = within
	}
	ended, end := context.WithCancel(context.Background())
	e := &Edge{
		origin: origin, options: options, pause: pause, draining: map[string]time.Time{},
		turn: make(chan struct{}, 1), woken: make(chan struct{}, 1), followed: make(chan struct{}),
		ended: ended, end: end, closed: make(chan struct{}),
	}
	first, err := e.dialUntil(ctx)
	if err != nil {
		end()
		return nil, err
	}
	e.lock.Lock()
	defer e.lock.Unlock()
	e.current = first
	e.tell(first, connecting)
	go e.follow()
	return e, nil
}

// Region is the one whose server the client is connected to; empty while it is to none.
func (e *Edge) Region() string {
	e.lock.Lock()
	defer e.lock.Unlock()
	_, region := e.current.at()
	return region
}

// Do runs something on the connection of now, which is not closed for a move before it has ended: a request, a publish to a
// stream, an acknowledgement. It lasts no longer than nats.go's DrainTimeout, 20 s, or is cut off. It may be called on any goroutine,
// and within another Do. Once the Edge is closed it returns ErrClosed; what Serve started may call it until it has ended. It does not
// wait for a connection: while there is none, nats.go's own errors come back.
func (e *Edge) Do(something func(*nats.Conn) error) error {
	e.lock.Lock()
	held := e.current
	entered := held.enter()
	e.lock.Unlock()
	if !entered {
		return ErrClosed
	}
	defer held.exit()
	return something(held.nc)
}

// Serve starts what lasts, such as subscriptions or a consumer, now and on each connection that follows, there before it is
// stopped here. stop ends it gently, and may be nil: subscriptions are drained with their connection. start is called by one
// goroutine at a time, and calls neither Serve nor Close.
func (e *Edge) Serve(start func(*nats.Conn) (stop func(), err error)) error {
	if !e.takeTurn(e.ended) {
		return ErrClosed
	}
	defer e.endTurn()
	e.lock.Lock()
	current := e.current
	e.lock.Unlock()
	stop, err := start(current.nc)
	if err != nil {
		return err
	}
	e.lock.Lock()
	defer e.lock.Unlock()
	if e.closing {
		current.stopsWith(stop)
		return ErrClosed
	}
	e.serving = append(e.serving, &served{start: start, stop: stop})
	return nil
}

// Close waits for what is under way, 20 s at most, and closes the connection. It may be called again, and by a callback.
// Moved and Failed are not called once it has returned.
func (e *Edge) Close() {
	e.lock.Lock()
	if e.closing {
		e.lock.Unlock()
		<-e.closed
		return
	}
	e.closing = true
	last := e.current
	e.lock.Unlock()
	defer close(e.closed)
	e.end()
	// A move that is under way ends with that, unless what it starts does not.
	patience, cancel := context.WithTimeout(context.Background(), last.within)
	defer cancel()
	select {
	case <-e.followed:
	case <-patience.Done():
	}
	e.takeTurn(patience)
	e.lock.Lock()
	for _, s := range e.serving {
		last.stopsWith(s.stop)
	}
	e.lock.Unlock()
	last.close()
	e.leaving.Wait()
}

// takeTurn waits until nobody else starts what is served; false if ctx ends first.
func (e *Edge) takeTurn(ctx context.Context) bool {
	select {
	case e.turn <- struct{}{}:
		return ctx.Err() == nil || e.endTurn()
	case <-ctx.Done():
		return false
	}
}

func (e *Edge) endTurn() bool {
	<-e.turn
	return false
}

// reconnected tells of a reconnect of the connection of now.
func (e *Edge) reconnected(l *lease) {
	e.lock.Lock()
	defer e.lock.Unlock()
	if e.current == l && !e.closing {
		e.tell(l, "reconnected")
	}
}

func (e *Edge) tell(l *lease, why string) {
	if _, region := l.at(); e.options.Moved != nil {
		e.callbacks.run(func() {
			if !e.isClosed() {
				e.options.Moved(region, why)
			}
		})
	}
}

func (e *Edge) fail(err error) {
	if e.options.Failed != nil {
		e.callbacks.runIfRoom(func() {
			if !e.isClosed() {
				e.options.Failed(err)
			}
		})
	}
}

func (e *Edge) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
	}
}

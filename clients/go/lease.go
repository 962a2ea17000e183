package meridian

import (
	"context"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// lease is a connection, and those that use it. What it knows of its server it was told by nats.go, in order: to ask the connection
// could mean to wait for an attempt to reconnect, during which nats.go holds its lock.
type lease struct {
	nc *nats.Conn
	// Ends what nats.go waits for: dials, handshakes, sign-ins.
	alive context.Context
	cut   context.CancelFunc
	// Closed once the connection is.
	closed  chan struct{}
	within  time.Duration
	renewAt time.Time

	lock sync.Mutex
	// How many use it. Once it is to end, idle is closed with the last.
	users  int
	ending bool
	idle   chan struct{}
	// The server of now; empty while there is none.
	server, region string
	met            bool
	left           bool
	cause          error
	// What ends what Serve started on it.
	stops []func()
}

func newLease() *lease {
	alive, cut := context.WithCancel(context.Background())
	return &lease{alive: alive, cut: cut, closed: make(chan struct{}), idle: make(chan struct{})}
}

// enter counts one more user, unless the lease ends.
func (l *lease) enter() bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.ending {
		return false
	}
	l.users++
	return true
}

func (l *lease) exit() {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.users--
	if l.ending && l.users == 0 {
		close(l.idle)
	}
}

// end takes no more users.
func (l *lease) end() {
	l.lock.Lock()
	defer l.lock.Unlock()
	if !l.ending {
		l.ending = true
		if l.users == 0 {
			close(l.idle)
		}
	}
}

// meets notes the server that a connection was made to.
func (l *lease) meets(nc *nats.Conn) {
	server, region := nc.ConnectedServerId(), regionOf(nc)
	l.lock.Lock()
	defer l.lock.Unlock()
	l.server, l.region, l.met = server, region, true
}

// loses notes that there is no server now.
func (l *lease) loses() {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.server, l.region, l.met = "", "", true
}

// drained returns the server whose notice is being handled.
func (l *lease) drained(nc *nats.Conn) string {
	if !l.hasMet() {
		return nc.ConnectedServerId()
	}
	server, _ := l.at()
	return server
}

func (l *lease) hasMet() bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.met
}

func (l *lease) at() (server, region string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.server, l.region
}

// ended notes that nats.go has closed the connection, and why.
func (l *lease) ended(cause error) {
	l.lock.Lock()
	l.server, l.region, l.met, l.cause = "", "", true, cause
	l.lock.Unlock()
	close(l.closed)
}

func (l *lease) isClosed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

func (l *lease) whyClosed() error {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.cause
}

func (l *lease) isLeft() bool {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.left
}

// stopsWith adds what ends something that runs on the connection.
func (l *lease) stopsWith(stops ...func()) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.stops = append(l.stops, stops...)
}

func (l *lease) stop() {
	l.lock.Lock()
	stops := l.stops
	l.stops = nil
	l.lock.Unlock()
	for _, stop := range stops {
		if stop != nil {
			stop()
		}
	}
}

// close lets those that use it end, and closes it once all that was received is handled and all that was written is sent. What does
// not end by itself is cut off.
func (l *lease) close() {
	ended := make(chan struct{})
	go func() {
		l.stop()
		l.end()
		<-l.idle
		close(ended)
	}()
	select {
	case <-ended:
	case <-l.closed:
	case <-time.After(l.within):
	}
	l.end()
	l.lock.Lock()
	l.left = true
	connected := l.server != ""
	l.lock.Unlock()
	defer l.cut()
	if !connected {
		// Nothing can be drained; nats.go may be waiting for an answer.
		l.cut()
		l.nc.Close()
	} else if err := l.nc.Drain(); err != nil {
		l.nc.Close()
	}
	select {
	case <-l.closed:
	case <-time.After(l.within + flushWithin):
		l.cut()
		l.nc.Close()
		<-l.closed
	}
}

// abandon closes a connection that nobody uses.
func (l *lease) abandon() {
	l.lock.Lock()
	l.left = true
	l.lock.Unlock()
	l.end()
	l.cut()
	l.nc.Close()
	go l.stop()
}

package meridian

import (
	"sync"

	"github.com/nats-io/nats.go"
)

// callbacks runs what a program wants to be told, one after the other and on a goroutine of its own: a callback may take its time,
// and may call anything of the Edge, Close too.
type callbacks struct {
	lock    sync.Mutex
	waiting []func()
	running bool
}

// Errors that wait for a callback that takes its time; more are not told.
const mostWaiting = 1000

// runIfRoom is for errors, which may come faster than they are told.
func (c *callbacks) runIfRoom(callback func()) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.waiting) < mostWaiting {
		c.add(callback)
	}
}

func (c *callbacks) run(callback func()) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.add(callback)
}

func (c *callbacks) add(callback func()) {
	c.waiting = append(c.waiting, callback)
	if !c.running {
		c.running = true
		go c.runAll()
	}
}

func (c *callbacks) runAll() {
	for {
		c.lock.Lock()
		if len(c.waiting) == 0 {
			c.running = false
			c.lock.Unlock()
			return
		}
		next := c.waiting[0]
		c.waiting = c.waiting[1:]
		c.lock.Unlock()
		next()
	}
}

// chain puts the handlers of this package before those of the program's own options, which are told of the same afterwards.
func (e *Edge) chain(options *nats.Options, l *lease) {
	// The end of a connection is waited for.
	quiet := options.NoCallbacksAfterClientClose
	options.NoCallbacksAfterClientClose = false
	told := func(handler nats.ConnHandler, ours func(*nats.Conn)) nats.ConnHandler {
		return func(nc *nats.Conn) {
			if ours != nil {
				ours(nc)
			}
			if handler != nil && !(quiet && l.isLeft()) {
				e.callbacks.run(func() { handler(nc) })
			}
		}
	}
	options.ClosedCB = told(options.ClosedCB, func(nc *nats.Conn) { l.ended(nc.LastError()); e.look() })
	options.ReconnectedCB = told(options.ReconnectedCB, func(nc *nats.Conn) { l.meets(nc); e.reconnected(l); e.look() })
	options.LameDuckModeHandler = told(options.LameDuckModeHandler, func(nc *nats.Conn) { e.drains(l.drained(nc)) })
	if handler := options.ConnectedCB; handler != nil {
		options.ConnectedCB = told(handler, nil)
	}
	if handler := options.DiscoveredServersCB; handler != nil {
		options.DiscoveredServersCB = told(handler, nil)
	}

	lost, lostBefore := options.DisconnectedErrCB, options.DisconnectedCB
	options.DisconnectedErrCB = func(nc *nats.Conn, err error) {
		l.loses()
		switch {
		case quiet && l.isLeft():
		case lost != nil:
			e.callbacks.run(func() { lost(nc, err) })
		case lostBefore != nil:
			e.callbacks.run(func() { lostBefore(nc) })
		}
	}
	if failed := options.ReconnectErrCB; failed != nil {
		options.ReconnectErrCB = func(nc *nats.Conn, err error) { e.callbacks.run(func() { failed(nc, err) }) }
	}
	failed := options.AsyncErrorCB
	options.AsyncErrorCB = func(nc *nats.Conn, s *nats.Subscription, err error) {
		e.fail(err)
		if failed != nil {
			e.callbacks.runIfRoom(func() { failed(nc, s, err) })
		}
	}
}

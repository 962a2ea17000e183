package meridian

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Why a connection is left.
const (
	drained = "drained"
	renewed = "credentials"
)

// How long an attempt to move may take, and how long to wait before the next.
const (
	moveTimeout = 10 * time.Second
	moveAgain   = 500 * time.Millisecond
)

// lease is a connection, and those that use it.
type lease struct {
	nc     *nats.Conn
	users  sync.WaitGroup
	closed chan struct{}
	// What ends what Serve started on it.
	stops []func()
}

// served is what Serve started, on the connection of now.
type served struct {
	start func(*nats.Conn) (func(), error)
	stop  func()
}

// leave moves away from a connection, if it is still the one in use: make before break. It tries until the server has
// closed the connection: nats.go then connects it again, at a region that the edge chooses.
func (e *Edge) leave(from *nats.Conn, why string) {
	e.moving.Lock()
	defer e.moving.Unlock()
	for e.ended.Err() == nil {
		e.lock.Lock()
		old := e.current
		e.lock.Unlock()
		if old.nc != from || (why == drained && !from.IsConnected()) {
			return
		}
		next, err := e.beside(old, why)
		if err == nil {
			e.handOver(old, next, why)
			return
		}
		e.fail(fmt.Errorf("%s is to be left (%s), and is not yet: %w", regionOf(from), why, err))
		select {
		case <-time.After(moveAgain):
		case <-e.ended.Done():
		}
	}
}

// beside returns a second connection on which everything runs that Serve started.
func (e *Edge) beside(old *lease, why string) (*lease, error) {
	ctx, cancel := context.WithTimeout(e.ended, moveTimeout)
	defer cancel()
	next, err := e.dial(ctx)
	if err != nil {
		return nil, err
	}
	if why == drained && next.nc.ConnectedServerId() == old.nc.ConnectedServerId() {
		next.nc.Close()
		return nil, fmt.Errorf("the edge chooses it again")
	}
	stops := make([]func(), 0, len(e.serving))
	for _, s := range e.serving {
		stop, err := s.start(next.nc)
		if err != nil {
			next.nc.Close()
			return nil, err
		}
		stops = append(stops, stop)
	}
	// Its subscriptions are known to the server before those of the old connection end.
	if err := next.nc.FlushWithContext(ctx); err != nil {
		next.nc.Close()
		return nil, err
	}
	for i, s := range e.serving {
		old.stops = append(old.stops, s.stop)
		s.stop = stops[i]
	}
	return next, nil
}

func (e *Edge) handOver(old, next *lease, why string) {
	e.lock.Lock()
	e.current = next
	e.lock.Unlock()
	e.tell(next.nc, why)
	e.leaving.Go(old.close)
}

// renewAt has the connection replaced before its credentials are no longer valid.
func (e *Edge) renewAt(at time.Time) {
	e.lock.Lock()
	defer e.lock.Unlock()
	if e.renew != nil {
		e.renew.Stop()
	}
	if at.IsZero() || e.closed {
		return
	}
	e.renew = time.AfterFunc(time.Until(at), func() {
		e.lock.Lock()
		now := e.current
		e.lock.Unlock()
		e.leave(now.nc, renewed)
	})
}

// close lets those that use it end, and closes it once all that was received is handled and all that was written is sent.
func (l *lease) close() {
	ended := make(chan struct{})
	go func() {
		for _, stop := range l.stops {
			if stop != nil {
				stop()
			}
		}
		l.users.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-l.closed:
		return
	case <-time.After(drainTimeout):
	}
	if err := l.nc.Drain(); err != nil {
		l.nc.Close()
	}
	<-l.closed
}

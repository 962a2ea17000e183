package meridian

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// Why a connection is made: it is the first, the server of the one before says that it goes, its credentials are about to end, or nats.go
// has given it up.
const (
	connecting = "connected"
	drained    = "drained"
	renewed    = "credentials"
	lost       = "reconnected"
)

// A server that has said that it goes is gone after this: Cloudflare waits no longer for a container.
const drainsFor = 15 * time.Minute

var errLost = errors.New("the connection was closed")

// served is what Serve started, on the connection of now.
type served struct {
	start func(*nats.Conn) (func(), error)
	stop  func()
}

// look has the mover look at what there is to do. It is woken, and looks at the state of now: no notice is missed for another.
func (e *Edge) look() {
	select {
	case e.woken <- struct{}{}:
	default:
	}
}

// drains notes that a server goes.
func (e *Edge) drains(server string) {
	if server == "" {
		return
	}
	e.lock.Lock()
	now := time.Now()
	for each, since := range e.draining {
		if now.Sub(since) > drainsFor {
			delete(e.draining, each)
		}
	}
	if _, known := e.draining[server]; !known {
		e.draining[server] = now
	}
	e.lock.Unlock()
	e.look()
}

// due says why the connection of now should be left, if it should, and else when it will have to be; zero is never.
func (e *Edge) due() (why string, from time.Time) {
	e.lock.Lock()
	defer e.lock.Unlock()
	server, _ := e.current.at()
	_, drains := e.draining[server]
	switch at := e.current.renewAt; {
	case e.current.isClosed():
		return lost, time.Time{}
	case drains:
		return drained, time.Time{}
	case at.IsZero():
		return "", time.Time{}
	case time.Now().Before(at):
		return "", at
	default:
		return renewed, time.Time{}
	}
}

// follow moves whenever it is time to, until the Edge ends. Attempts for one reason keep a distance from each other, whether they
// fail or what they led to does not last.
func (e *Edge) follow() {
	defer close(e.followed)
	tried := map[string]*attempts{}
	for {
		why, at := e.due()
		if why != "" {
			a := tried[why]
			if a == nil || time.Since(a.last) > settledAfter {
				a = &attempts{}
				tried[why] = a
			}
			// Set once for each attempt, for it is random.
			if !a.next.After(time.Now()) {
				e.tryToMove(why, a)
				continue
			}
			at = a.next
		}
		if !e.waitUntil(at) {
			return
		}
	}
}

// waitUntil returns when there may be something to do; false once the Edge ends.
func (e *Edge) waitUntil(at time.Time) bool {
	var rings <-chan time.Time
	if !at.IsZero() {
		timer := time.NewTimer(time.Until(at))
		defer timer.Stop()
		rings = timer.C
	}
	select {
	case <-e.woken:
	case <-rings:
	case <-e.ended.Done():
	}
	return e.ended.Err() == nil
}

func (e *Edge) tryToMove(why string, a *attempts) {
	e.lock.Lock()
	old := e.current
	e.lock.Unlock()
	server, region := old.at()
	if why == lost && a.count == 0 {
		e.fail(e.whyLost(old))
	}
	err := e.move(old, why)
	a.count++
	a.made(e.pause(why, a.count))
	if err == nil && why != lost {
		// The next one comes in its time, which may be short, or with another server's notice.
		a.count, a.next = 0, time.Time{}
	}
	if err == nil || e.ended.Err() != nil {
		return
	}
	if now, _ := old.at(); why == drained && now != server {
		// Its server closed the connection sooner: nats.go connects it again, at a region that the edge chooses.
		return
	}
	if why == lost {
		e.fail(fmt.Errorf("there is no connection yet: %w", err))
		return
	}
	e.fail(fmt.Errorf("%s is to be left (%s), and is not yet: %w", region, why, err))
}

// whyLost is why nats.go has given a connection up, as it does when credentials are refused twice.
func (e *Edge) whyLost(l *lease) error {
	cause := l.whyClosed()
	if cause == nil {
		cause = errLost
	}
	ctx, cancel := context.WithTimeout(e.ended, attemptWithin)
	defer cancel()
	return e.explain(ctx, cause)
}

// move is make before break: the connection that follows is there, with all that is served, before the one of now is closed.
func (e *Edge) move(old *lease, why string) error {
	ctx, cancel := context.WithTimeout(e.ended, attemptWithin)
	defer cancel()
	if !e.takeTurn(ctx) {
		return ctx.Err()
	}
	defer e.endTurn()
	next, err := e.dial(ctx)
	if err != nil {
		return err
	}
	stops, err := e.startOn(ctx, next, why)
	if err != nil {
		next.abandon()
		return err
	}
	return e.handOver(old, next, stops, why)
}

// startOn starts on a second connection all that Serve has started.
func (e *Edge) startOn(ctx context.Context, next *lease, why string) ([]func(), error) {
	// What is started waits for the connection, which ends when it has taken too long.
	stopEnding := context.AfterFunc(ctx, func() { next.cut(); next.nc.Close() })
	if why == drained && e.isDraining(next) {
		return nil, errors.New("the edge chooses a server again that goes")
	}
	e.lock.Lock()
	serving := append([]*served(nil), e.serving...)
	e.lock.Unlock()
	stops := make([]func(), 0, len(serving))
	for _, s := range serving {
		stop, err := s.start(next.nc)
		if err != nil {
			next.stopsWith(stops...)
			return nil, err
		}
		stops = append(stops, stop)
	}
	// Its subscriptions are known to the server before those of the old connection end.
	err := next.nc.FlushWithContext(ctx)
	if err == nil && !stopEnding() {
		err = ctx.Err()
	}
	if err != nil {
		next.stopsWith(stops...)
	}
	return stops, err
}

func (e *Edge) isDraining(l *lease) bool {
	server, _ := l.at()
	e.lock.Lock()
	defer e.lock.Unlock()
	_, is := e.draining[server]
	return is
}

func (e *Edge) handOver(old, next *lease, stops []func(), why string) error {
	e.lock.Lock()
	defer e.lock.Unlock()
	if e.closing {
		next.stopsWith(stops...)
		next.abandon()
		return ErrClosed
	}
	for i, s := range e.serving {
		old.stopsWith(s.stop)
		s.stop = stops[i]
	}
	e.current = next
	e.tell(next, why)
	e.leaving.Go(old.close)
	return nil
}

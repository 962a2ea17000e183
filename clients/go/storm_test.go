package meridian

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// How many regions come and go: enough for each way in which they do.
const events = 40

// storm is what happens to regions: the one of now, and the next.
var storm = []func(at *fakeEdge, now, next *fakeRegion){
	func(at *fakeEdge, now, next *fakeRegion) { at.choose(next); at.drain(now) },
	// It is chosen again for a while, and gone before it is left.
	func(at *fakeEdge, now, next *fakeRegion) {
		at.drain(now)
		pauseAtMost(30)
		at.choose(next)
		at.kill(now)
	},
	func(at *fakeEdge, now, next *fakeRegion) { at.choose(next); at.kill(now) },
	// There is none for a while.
	func(at *fakeEdge, now, next *fakeRegion) {
		at.choose(nil)
		at.drain(now)
		at.kill(now)
		pauseAtMost(50)
		at.choose(next)
	},
	func(at *fakeEdge, now, next *fakeRegion) {
		next.refuse("Authorization Violation")
		at.choose(next)
		at.kill(now)
		pauseAtMost(100)
		next.refuse("")
	},
	// The one that is moved to is killed under the move.
	func(at *fakeEdge, now, next *fakeRegion) {
		at.choose(next)
		at.drain(now)
		pauseAtMost(10)
		at.kill(next)
		at.says(next, "-ERR 'Parser Error'")
	},
}

func pauseAtMost(ms int) { time.Sleep(time.Duration(rand.IntN(ms)) * time.Millisecond) }

func TestWhateverHappensToRegionsTheClientsComeThroughAndLeaveNothing(t *testing.T) {
	weather := make([]*fakeRegion, events+1)
	for i := range weather {
		weather[i] = region([]string{"weur", "oc", "enam"}[i%3])
		weather[i].id = fmt.Sprint("server-", i)
		if i%4 == 3 {
			weather[i].wait = func(context.Context) { pauseAtMost(200) }
		}
	}
	at := newFakeEdge(t, weather[0])
	var starts, stops atomic.Int64
	var clients []*Edge
	var all sync.WaitGroup
	for i := range 4 {
		e, err := fromEndpoint(t.Context(), at.URL, Options{
			Credentials: Token("t"), Moved: func(string, string) {}, Failed: func(error) {},
		}, func(string, int) time.Duration { return 20 * time.Millisecond })
		if err != nil {
			t.Fatal(err)
		}
		clients = append(clients, e)
		if err := e.Serve(echo(fmt.Sprint("echo", i), &starts, &stops)); err != nil {
			t.Fatal(err)
		}
		for range 6 {
			all.Go(func() {
				for !errors.Is(request(e, fmt.Sprint("echo", i), 300*time.Millisecond), ErrClosed) {
					_ = e.Region()
				}
			})
		}
	}
	for i := range events {
		storm[i%len(storm)](at, weather[i], weather[i+1])
		pauseAtMost(100)
	}
	for i, e := range clients {
		eventually(t, "an answer after the storm", func() bool { return request(e, fmt.Sprint("echo", i), time.Second) == nil })
	}
	for _, e := range clients {
		all.Go(e.Close)
		all.Go(e.Close)
	}
	within(t, "Close", all.Wait)
	eventually(t, "the end of all that was started", func() bool { return starts.Load() == stops.Load() && running() == "" })
}

func TestWhileRegionsAreDrainedNoRequestFails(t *testing.T) {
	now := region("weur")
	at := newFakeEdge(t, now)
	var r told
	var starts, stops atomic.Int64
	e := connected(t, at, r.options(nil))
	if err := e.Serve(echo("echo", &starts, &stops)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for {
				if err := request(e, "echo", 10*time.Second); errors.Is(err, ErrClosed) {
					return
				} else if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 10 {
		next := region("oc")
		next.id = fmt.Sprint("server-", i)
		at.choose(next)
		at.drain(now)
		now = next
		eventually(t, "the move", func() bool { return len(r.moves()) == i+2 })
	}
	within(t, "Close", e.Close)
	all.Wait()
	if len(r.failures()) > 0 {
		t.Fatal(r.failures())
	}
}

func echo(subject string, starts, stops *atomic.Int64) func(*nats.Conn) (func(), error) {
	return func(nc *nats.Conn) (func(), error) {
		s, err := nc.QueueSubscribe(subject, "q", func(m *nats.Msg) { _ = m.Respond(m.Data) })
		if err != nil {
			return nil, err
		}
		starts.Add(1)
		return func() { stops.Add(1); _ = s.Drain() }, nil
	}
}

func request(e *Edge, subject string, within time.Duration) error {
	return e.Do(func(nc *nats.Conn) error {
		_, err := nc.Request(subject, []byte("x"), within)
		return err
	})
}

// running is what goroutines of this package and of nats.go do.
func running() string {
	all := make([]byte, 4<<20)
	var ours []string
	for _, each := range strings.Split(string(all[:runtime.Stack(all, true)]), "\n\n") {
		for _, of := range []string{"meridian.(*Edge)", "meridian.(*lease)", "meridian.(*callbacks)", "nats.(*Conn)"} {
			if strings.Contains(each, of) {
				ours = append(ours, each)
				break
			}
		}
	}
	return strings.Join(ours, "\n\n")
}

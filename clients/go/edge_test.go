package meridian

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// within fails a test in which something hangs.
func within(t *testing.T, what string, do func()) {
	t.Helper()
	ended := make(chan struct{})
	go func() { defer close(ended); do() }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s hangs", what)
	}
}

func TestWhatIsUnderWayEndsBeforeTheConnectionDoes(t *testing.T) {
	at := newFakeEdge(t, region("weur"))
	e := connected(t, at, Options{})
	started, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- e.Do(func(nc *nats.Conn) error {
			close(started)
			<-goOn
			return nc.Flush()
		})
	}()
	<-started
	closed := make(chan struct{})
	go func() { e.Close(); close(closed) }()
	eventually(t, "Close to refuse what is new", func() bool { return errors.Is(e.Do(func(*nats.Conn) error { return nil }), ErrClosed) })
	close(goOn)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	within(t, "Close", func() { <-closed })
	if err := e.Serve(func(*nats.Conn) (func(), error) { return nil, nil }); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

func TestManyGoroutinesMayDoServeAndCloseAtOnce(t *testing.T) {
	weur, oc := region("weur"), region("oc")
	at := newFakeEdge(t, weur)
	for range 10 {
		e := connected(t, at, Options{})
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				for range 50 {
					if err := e.Do(func(nc *nats.Conn) error { _ = nc.Publish("x", nil); _ = e.Region(); return nil }); errors.Is(err, ErrClosed) {
						return
					}
				}
			})
			if i%5 == 0 {
				all.Go(func() { _ = e.Serve(func(*nats.Conn) (func(), error) { return nil, nil }) })
				all.Go(func() { at.choose(oc); at.drain(weur) })
				all.Go(e.Close)
			}
		}
		within(t, "it", all.Wait)
		at.choose(weur)
	}
}

func TestACallbackMayClose(t *testing.T) {
	weur := region("weur")
	at := newFakeEdge(t, weur)
	closed := make(chan struct{})
	var e *Edge
	ready := make(chan struct{})
	var once sync.Once
	e = connected(t, at, Options{Failed: func(error) { <-ready; e.Close(); once.Do(func() { close(closed) }) }})
	close(ready)
	at.says(weur, "-ERR 'Permissions Violation for Publish to x'")
	within(t, "Close", func() { <-closed })
}

func TestHandlersOfTheProgramAreCalledBesidesOurs(t *testing.T) {
	weur, oc := region("weur"), region("oc")
	at := newFakeEdge(t, weur)
	var r told
	var closes, ducks, losses, returns, errs, connects atomic.Int32
	options := r.options(nil)
	count := func(n *atomic.Int32) nats.ConnHandler { return func(*nats.Conn) { n.Add(1) } }
	options.NATS = []nats.Option{
		nats.ClosedHandler(count(&closes)), nats.LameDuckModeHandler(count(&ducks)), nats.ReconnectHandler(count(&returns)),
		nats.ConnectHandler(count(&connects)),
		nats.DisconnectErrHandler(func(*nats.Conn, error) { losses.Add(1) }),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) { errs.Add(1) }),
	}
	e := connected(t, at, options)
	at.kill(weur)
	eventually(t, "the reconnect", func() bool { return r.last() == "weur reconnected" && returns.Load() == 1 && losses.Load() == 1 })
	at.says(weur, "-ERR 'Permissions Violation for Publish to x'")
	eventually(t, "the error", func() bool { return errs.Load() == 1 && len(r.failures()) == 1 })
	at.choose(oc)
	at.drain(weur)
	eventually(t, "the move", func() bool { return r.last() == "oc drained" && ducks.Load() == 1 && connects.Load() == 2 })
	within(t, "Close", e.Close)
	eventually(t, "both ends", func() bool { return closes.Load() == 2 })
}

func TestWithoutCallbacksAfterAnEndItEndsAllTheSame(t *testing.T) {
	at := newFakeEdge(t, region("weur"))
	var closes atomic.Int32
	e := connected(t, at, Options{NATS: []nats.Option{
		nats.NoCallbacksAfterClientClose(), nats.ClosedHandler(func(*nats.Conn) { closes.Add(1) }),
	}})
	within(t, "Close", e.Close)
	if closes.Load() != 0 {
		t.Fatal("it was called")
	}
}

func TestARegionMayTakeItsTimeToStart(t *testing.T) {
	weur := region("weur")
	// Longer than nats.go waits by itself.
	weur.wait = func(ctx context.Context) { pauseFor(ctx, 3*time.Second) }
	e := connected(t, newFakeEdge(t, weur), Options{})
	if e.Region() != "weur" {
		t.Fatal(e.Region())
	}
}

func pauseFor(ctx context.Context, long time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(long):
	}
}

func TestEveryWaitEndsWithItsContext(t *testing.T) {
	silent := region("weur")
	silent.wait = func(ctx context.Context) { <-ctx.Done() }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	at := newFakeEdge(t, silent)
	go func() {
		eventually(t, "the visit", func() bool { return at.visited() > 0 })
		cancel()
	}()
	within(t, "FromEndpoint", func() {
		_, err := FromEndpoint(ctx, at.URL, Options{})
		var none *NoRegionError
		if !errors.Is(err, context.Canceled) || !errors.As(err, &none) {
			t.Error(err)
		}
	})
}

// nats.go holds its lock while it waits for a region that does not answer.
func TestCloseWaitsForNoReconnect(t *testing.T) {
	weur, silent := region("weur"), region("oc")
	silent.wait = func(ctx context.Context) { <-ctx.Done() }
	at := newFakeEdge(t, weur)
	e := connected(t, at, Options{})
	at.choose(silent)
	at.kill(weur)
	eventually(t, "the attempt", func() bool { return at.visited() == 2 })
	begun := time.Now()
	within(t, "Region", func() { _ = e.Region() })
	within(t, "Close", e.Close)
	if took := time.Since(begun); took > reconnectWithin/2 {
		t.Fatal(took)
	}
}

func TestARegionThatFailsIsTriedAgainAndSoLongAsThereIsTime(t *testing.T) {
	var r told
	weur := region("weur")
	weur.refuse("Server Is Busy")
	at := newFakeEdge(t, weur)
	at.whoami = `{"region":"weur","decision":"weur nearest"}`
	pause := func(why string, attempts int) time.Duration {
		if attempts == 3 {
			weur.refuse("")
		}
		return time.Millisecond
	}
	e, err := fromEndpoint(t.Context(), at.URL, r.options(nil), pause)
	if err != nil {
		t.Fatal(err)
	}
	e.Close()
	if at.visited() != 4 || len(r.failures()) != 3 {
		t.Fatal(at.visited(), r.failures())
	}

	weur.refuse("Server Is Busy")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = fromEndpoint(ctx, at.URL, Options{}, func(string, int) time.Duration { return time.Hour })
	var none *NoRegionError
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &none) || !strings.Contains(err.Error(), "Server Is Busy") {
		t.Fatal(err)
	}
}

func TestCloseGivesUpAMoveThatWaits(t *testing.T) {
	weur, silent := region("weur"), region("oc")
	silent.wait = func(ctx context.Context) { <-ctx.Done() }
	at := newFakeEdge(t, weur)
	e := connected(t, at, Options{})
	at.choose(silent)
	at.drain(weur)
	eventually(t, "the move", func() bool { return at.visited() == 2 })
	begun := time.Now()
	within(t, "Close", e.Close)
	if took := time.Since(begun); took > attemptWithin/2 {
		t.Fatal(took)
	}
}

func TestCloseOutlastsWhatServeStartsAndDoRuns(t *testing.T) {
	weur, oc := region("weur"), region("oc")
	at := newFakeEdge(t, weur)
	e := connected(t, at, Options{NATS: []nats.Option{nats.DrainTimeout(200 * time.Millisecond)}})
	hangs, goOn := make(chan struct{}), make(chan struct{})
	defer close(goOn)
	if err := e.Serve(func(nc *nats.Conn) (func(), error) {
		if nc.ConnectedServerId() == oc.id {
			close(hangs)
			<-goOn
		}
		return func() { <-goOn }, nil
	}); err != nil {
		t.Fatal(err)
	}
	go func() { _ = e.Do(func(*nats.Conn) error { <-goOn; return nil }) }()
	at.choose(oc)
	at.drain(weur)
	<-hangs
	within(t, "Close", e.Close)
}

func TestItIsEncryptedWhereTheAddressIs(t *testing.T) {
	weur := region("weur")
	at := &fakeEdge{chosen: weur, conns: map[*fakeConn]bool{}}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/nats" {
			at.serve(t, w, r)
			return
		}
		saying(map[string]any{"nats": "wss://" + r.Host + "/nats"})(w, r)
	}))
	defer server.Close()
	defer at.kill(weur)
	trusted := server.Client().Transport.(*http.Transport).TLSClientConfig
	before := asking.Transport
	asking.Transport = server.Client().Transport
	defer func() { asking.Transport = before }()
	var r told
	options := r.options(Token("t"))
	options.NATS = []nats.Option{nats.Secure(&tls.Config{RootCAs: trusted.RootCAs})}
	e, err := FromEndpoint(t.Context(), server.URL, options)
	if err != nil {
		t.Fatal(err)
	}
	at.kill(weur)
	eventually(t, "the reconnect", func() bool { return r.last() == "weur reconnected" })
	e.Close()
	if _, err := FromEndpoint(t.Context(), server.URL, Options{NATS: []nats.Option{nats.Timeout(time.Second)}}); err == nil {
		t.Fatal("a certificate that nobody vouches for was taken")
	}
}

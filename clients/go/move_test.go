package meridian

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

func TestADrainedRegionIsLeftForAnother(t *testing.T) {
	var r told
	weur, oc := region("weur"), region("oc")
	at := newFakeEdge(t, weur)
	e := connected(t, at, r.options(nil))
	at.choose(oc)
	at.drain(weur)
	eventually(t, "the move", func() bool { return r.last() == "oc drained" })
	if e.Region() != "oc" || len(r.failures()) != 0 {
		t.Fatal(e.Region(), r.failures())
	}
}

// A program that takes its time in a callback keeps no notice from being heard while its server is still there.
func TestANoticeOfAServerThatIsLeftAlreadyMovesNobody(t *testing.T) {
	var r told
	weur, oc := region("weur"), region("oc")
	at := newFakeEdge(t, weur)
	entered, goOn := make(chan struct{}), make(chan struct{})
	options := r.options(nil)
	options.Failed = func(error) { close(entered); <-goOn }
	e := connected(t, at, options)
	at.says(weur, "-ERR 'Permissions Violation for Publish to x'")
	<-entered
	at.choose(oc)
	at.drain(weur)
	at.kill(weur)
	eventually(t, "oc", func() bool { return e.Region() == "oc" })
	e.lock.Lock()
	_, known := e.draining[weur.id]
	_, wrong := e.draining[oc.id]
	e.lock.Unlock()
	if why, _ := e.due(); !known || wrong || why != "" {
		t.Fatal(known, wrong, why)
	}
	close(goOn)
}

func TestANoticeDuringAMoveIsHeard(t *testing.T) {
	var r told
	weur, oc, enam := region("weur"), region("oc"), region("enam")
	at := newFakeEdge(t, weur)
	e := connected(t, at, r.options(nil))
	once := sync.Once{}
	if err := e.Serve(func(nc *nats.Conn) (func(), error) {
		if nc.ConnectedServerId() == oc.id {
			once.Do(func() {
				// The server that is moved to goes too, before it is moved to.
				at.choose(enam)
				at.drain(oc)
				eventually(t, "the notice", func() bool {
					e.lock.Lock()
					defer e.lock.Unlock()
					return !e.draining[oc.id].IsZero()
				})
			})
		}
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	at.choose(oc)
	at.drain(weur)
	eventually(t, "enam", func() bool { return r.last() == "enam drained" })
}

func TestMovesThatLandOnTheSameServerWaitLongerEachTime(t *testing.T) {
	var r told
	weur, oc := region("weur"), region("oc")
	at := newFakeEdge(t, weur)
	var lock sync.Mutex
	var counted []int
	e, err := fromEndpoint(t.Context(), at.URL, r.options(nil), func(why string, attempts int) time.Duration {
		lock.Lock()
		defer lock.Unlock()
		counted = append(counted, attempts)
		if why != drained || len(counted) == 4 {
			at.choose(oc)
		}
		return time.Millisecond
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	at.drain(weur)
	eventually(t, "oc", func() bool { return e.Region() == "oc" })
	lock.Lock()
	defer lock.Unlock()
	for i, attempts := range counted {
		if attempts != i+1 {
			t.Fatal(counted)
		}
	}
	if len(counted) < 4 || !strings.Contains(r.failures()[0].Error(), "weur is to be left (drained), and is not yet: the edge chooses a server again that goes") {
		t.Fatal(counted, r.failures())
	}
}

func TestPausesGrowUpToALimitAndSpread(t *testing.T) {
	for why, most := range map[string]time.Duration{drained: drainMost, renewed: moveMost, lost: moveMost} {
		seen := map[time.Duration]bool{}
		for range 50 {
			first, late := pauseBefore(why, 1), pauseBefore(why, 1000)
			if first < moveFirst/2 || first >= moveFirst || late < most/2 || late >= most {
				t.Fatal(why, first, late)
			}
			seen[late] = true
		}
		if len(seen) < 40 {
			t.Errorf("%s: %d of 50 are different", why, len(seen))
		}
	}
}

func TestRefusedRenewalsKeepTheirDistance(t *testing.T) {
	var r told
	at := newFakeEdge(t, region("weur"))
	var lock sync.Mutex
	asked, refused := 0, make(chan int, 100)
	at.signIns = func(w http.ResponseWriter, _ *http.Request) {
		lock.Lock()
		defer lock.Unlock()
		asked++
		if asked > 1 {
			http.Error(w, `{"error":{"code":"not_granted","message":"nothing is granted"}}`, http.StatusForbidden)
			return
		}
		answerSignIn(w, 1400*time.Millisecond)
	}
	pause := func(why string, attempts int) time.Duration {
		if why == renewed {
			refused <- attempts
		}
		return time.Millisecond
	}
	e, err := fromEndpoint(t.Context(), at.URL, r.options(signedInBy("x")), pause)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for want := 1; want < 4; want++ {
		if got := <-refused; got != want {
			t.Fatalf("%d, not %d", got, want)
		}
	}
	var wrong *CredentialsError
	eventually(t, "word of it", func() bool { return len(r.failures()) > 0 })
	if err := r.failures()[0]; !errors.As(err, &wrong) || wrong.Code != "not_granted" {
		t.Fatal(err)
	}
}

// nats.go gives up after the second refusal; the client does not.
func TestCredentialsThatAreRefusedForAWhileEndNothing(t *testing.T) {
	var r told
	weur := region("weur")
	at := newFakeEdge(t, weur)
	pause := func(string, int) time.Duration { return 10 * time.Millisecond }
	e, err := fromEndpoint(t.Context(), at.URL, r.options(Token("t")), pause)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	served := make(chan string, 10)
	if err := e.Serve(func(nc *nats.Conn) (func(), error) {
		_, err := nc.Subscribe("x", func(m *nats.Msg) { served <- string(m.Data) })
		return nil, err
	}); err != nil {
		t.Fatal(err)
	}
	weur.refuse("Authorization Violation")
	at.kill(weur)
	var refused *CredentialsError
	eventually(t, "the refusal", func() bool {
		for _, err := range r.failures() {
			if errors.As(err, &refused) {
				return true
			}
		}
		return false
	})
	weur.refuse("")
	eventually(t, "the return", func() bool { return r.last() == "weur reconnected" })
	if err := e.Do(func(nc *nats.Conn) error { return nc.Publish("x", []byte("again")) }); err != nil {
		t.Fatal(err)
	}
	if got := <-served; got != "again" {
		t.Fatal(got)
	}
}

func TestAConnectionThatTheProgramClosesIsMadeAnew(t *testing.T) {
	var r told
	at := newFakeEdge(t, region("weur"))
	e := connected(t, at, r.options(nil))
	_ = e.Do(func(nc *nats.Conn) error { nc.Close(); return nil })
	eventually(t, "the next one", func() bool { return r.last() == "weur reconnected" })
	if err := e.Do(func(nc *nats.Conn) error { return nc.Flush() }); err != nil {
		t.Fatal(err)
	}
}

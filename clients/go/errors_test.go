package meridian

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

func TestCredentialsThatAreNotTakenAreACredentialsError(t *testing.T) {
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken.creds")
	if err := os.WriteFile(broken, []byte("SUAhidden"), 0o600); err != nil {
		t.Fatal(err)
	}
	signIn := func(status int, answer any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(answer)
		}
	}
	for name, each := range map[string]struct {
		credentials Credentials
		options     []nats.Option
		refusal     string
		signIns     http.HandlerFunc
		is          error
	}{
		"refused":           {credentials: Token("hidden"), refusal: "Authorization Violation", is: nats.ErrAuthorization},
		"over":              {credentials: Token("hidden"), refusal: "User Authentication Expired", is: nats.ErrAuthExpired},
		"an account's over": {credentials: Token("hidden"), refusal: "Account Authentication Expired", is: nats.ErrAccountAuthExpired},
		"no file":           {credentials: CredsFile(filepath.Join(folder, "none")), is: fs.ErrNotExist},
		"a broken file":     {credentials: CredsFile(broken)},
		"two kinds":         {credentials: Token("hidden"), options: []nats.Option{nats.TokenHandler(func() string { return "hidden" })}},
		"it repeats":        {credentials: signedInBy("hidden"), signIns: signIn(403, map[string]any{"error": map[string]any{"code": "no", "message": "hidden\nis not valid"}})},
		"its user is over":  {credentials: signedInBy("hidden"), signIns: signIn(200, map[string]any{"jwt": "j", "expiresAt": time.Now().Add(-time.Second).UnixMilli()})},
		"no end is said":    {credentials: signedInBy("hidden"), signIns: signIn(200, map[string]any{"jwt": "j"})},
		"no header":         {credentials: signedInBy("x"), signIns: signIn(500, "hidden")},
	} {
		at := region("weur")
		at.refuse(each.refusal)
		edge := newFakeEdge(t, at)
		edge.signIns = each.signIns
		_, err := FromEndpoint(t.Context(), edge.URL, Options{Credentials: each.credentials, NATS: each.options})
		var refused *CredentialsError
		if !errors.As(err, &refused) || (each.is != nil && !errors.Is(err, each.is)) || strings.ContainsAny(err.Error(), "\n") || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %T %v", name, err, err)
		}
	}
}

func TestASignInThatIsNoHeaderIsNotRepeated(t *testing.T) {
	at := newFakeEdge(t, region("weur"))
	at.signIns = func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }
	_, err := FromEndpoint(t.Context(), at.URL, Options{Credentials: signedInBy("hidden\n")})
	if err == nil || strings.Contains(err.Error(), "hidden") {
		t.Fatal(err)
	}
}

func TestTheEndOfAContextIsFoundInWhateverItEnds(t *testing.T) {
	hangs := func(_ http.ResponseWriter, r *http.Request) {
		// It hears of the client's end once the body is read.
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	silent := newFakeEdge(t, region("weur"))
	silent.signIns = hangs
	for name, endpoint := range map[string]string{"asking": edgeThat(t, hangs), "signing in": silent.URL} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := FromEndpoint(ctx, endpoint, Options{Credentials: signedInBy("x")})
		cancel()
		var wrong *EndpointError
		if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &wrong) {
			t.Errorf("%s: %T %v", name, err, err)
		}
	}
}

func TestAnOptionThatFailsIsNotTheEdges(t *testing.T) {
	cause := errors.New("no such certificate")
	at := newFakeEdge(t, region("weur"))
	_, err := FromEndpoint(t.Context(), at.URL, Options{NATS: []nats.Option{func(*nats.Options) error { return cause }}})
	var none *NoRegionError
	if !errors.Is(err, cause) || errors.As(err, &none) {
		t.Fatal(err)
	}
}

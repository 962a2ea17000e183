package meridian

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nkeys"
)

func signedInBy(jwt string) Credentials {
	return SignIn(func(context.Context) (string, error) { return jwt, nil })
}

// exchanging is an edge whose answer to a sign-in is given.
func exchanging(status int, answer any, seen *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			saying(map[string]any{"credentials": "http://" + r.Host + "/api/credentials"})(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		*seen = append(*seen, r.Header.Get("Authorization"), string(body))
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}
}

func TestASignInBecomesAUserWhoseSeedStaysHere(t *testing.T) {
	var seen []string
	expires := time.Now().Add(time.Hour)
	endpoint := edgeThat(t, exchanging(200, map[string]any{"jwt": "user-jwt", "expiresAt": expires.UnixMilli()}, &seen))
	origin, _ := originOf(endpoint)
	found, err := discover(context.Background(), origin)
	if err != nil {
		t.Fatal(err)
	}
	_, renew, err := signedInBy("of-the-issuer").at(context.Background(), context.Background(), origin, found)
	if err != nil {
		t.Fatal(err)
	}
	if wait := time.Until(renew); wait < 44*time.Minute || wait > 45*time.Minute {
		t.Errorf("it is renewed in %s", wait)
	}
	var sent struct{ PublicKey string }
	if err := json.Unmarshal([]byte(seen[1]), &sent); err != nil || !nkeys.IsValidPublicUserKey(sent.PublicKey) {
		t.Errorf("sent %q", seen[1])
	}
	if seen[0] != "Bearer of-the-issuer" {
		t.Errorf("authorization %q", seen[0])
	}
}

func TestAUserLastsByTheClockOfTheEdge(t *testing.T) {
	var seen []string
	there := time.Now().Add(-24 * time.Hour)
	inner := exchanging(200, map[string]any{"jwt": "user-jwt", "expiresAt": there.Add(time.Hour).UnixMilli()}, &seen)
	origin, _ := originOf(edgeThat(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", there.UTC().Format(http.TimeFormat))
		inner(w, r)
	}))
	found, err := discover(context.Background(), origin)
	if err != nil {
		t.Fatal(err)
	}
	_, renew, err := signedInBy("x").at(context.Background(), context.Background(), origin, found)
	if wait := time.Until(renew); err != nil || wait < 44*time.Minute || wait > 46*time.Minute {
		t.Fatal(wait, err)
	}
}

func TestARefusedSignInSaysWhy(t *testing.T) {
	var seen []string
	refusal := map[string]any{"error": map[string]any{"code": "not_granted", "message": "nothing is granted"}}
	_, err := FromEndpoint(context.Background(), edgeThat(t, exchanging(403, refusal, &seen)), Options{Credentials: signedInBy("x")})
	var refused *CredentialsError
	if !errors.As(err, &refused) || refused.Code != "not_granted" || !strings.Contains(err.Error(), "nothing is granted") {
		t.Fatal(err)
	}
}

func TestWithoutSignInsTheOtherWaysAreNamed(t *testing.T) {
	_, err := FromEndpoint(context.Background(), edgeThat(t, saying(nil)), Options{Credentials: signedInBy("x")})
	var refused *CredentialsError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "takes no sign-ins") {
		t.Fatal(err)
	}
}

func TestAnIssuerThatFailsIsNamedAsTheCause(t *testing.T) {
	var seen []string
	cause := errors.New("the issuer is away")
	failing := SignIn(func(context.Context) (string, error) { return "", cause })
	_, err := FromEndpoint(context.Background(), edgeThat(t, exchanging(200, nil, &seen)), Options{Credentials: failing})
	if !errors.Is(err, cause) || len(seen) > 0 {
		t.Fatal(err, seen)
	}
}

func answerSignIn(w http.ResponseWriter, lifetime time.Duration) {
	_ = json.NewEncoder(w).Encode(map[string]any{"jwt": "user-jwt", "expiresAt": time.Now().Add(lifetime).UnixMilli()})
}

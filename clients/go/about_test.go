package meridian

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// edgeThat answers as an edge does, with what a test changes in it.
func edgeThat(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

func saying(about map[string]any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == whoamiPath {
			_ = json.NewEncoder(w).Encode(map[string]any{"region": nil, "decision": "weur draining"})
			return
		}
		if r.URL.Path != aboutPath {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		whole := map[string]any{"meridian": "0.1.0", "nats": "ws://" + r.Host + "/nats", "credentials": nil}
		for key, value := range about {
			whole[key] = value
		}
		_ = json.NewEncoder(w).Encode(whole)
	}
}

func TestAnEndpointIsTakenAsPeopleWriteIt(t *testing.T) {
	for given, origin := range map[string]string{
		"nats.example.com":              "https://nats.example.com",
		"https://nats.example.com/nats": "https://nats.example.com",
		"wss://nats.example.com":        "https://nats.example.com",
		"ws://127.0.0.1:8787":           "http://127.0.0.1:8787",
		"http://[::1]:8787":             "http://[::1]:8787",
	} {
		found, err := originOf(given)
		if err != nil || found.String() != origin {
			t.Errorf("%s: %v, %v", given, found, err)
		}
	}
	for given, what := range map[string]string{
		"":                            "is no address",
		"nats://nats.example.com":     "is reached by https://",
		"http://nats.example.com":     "is not encrypted",
		"http://127.0.0.1.nip.io:878": "is not encrypted",
	} {
		if _, err := originOf(given); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q: %v", given, err)
		}
	}
}

func TestWhatIsNoEdgeIsSaidInWords(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, each := range map[string]struct{ endpoint, what string }{
		"nobody listens":     {gone.URL, "does not answer"},
		"another server":     {edgeThat(t, http.NotFound), "is not Meridian: it answers 404"},
		"another's document": {edgeThat(t, saying(map[string]any{"meridian": ""})), "is not Meridian"},
		"not an address":     {edgeThat(t, saying(map[string]any{"nats": "https://elsewhere"})), ""},
		"encryption differs": {edgeThat(t, saying(map[string]any{"nats": "wss://elsewhere/nats"})), "only"},
		"sign-ins elsewhere": {edgeThat(t, saying(map[string]any{"credentials": "http://127.0.0.2/api/credentials"})), "another host"},
		"it sends away": {edgeThat(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.2/", http.StatusFound)
		}), "it answers 302"},
	} {
		_, err := FromEndpoint(context.Background(), each.endpoint, Options{})
		var wrong *EndpointError
		if each.what != "" && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), each.what)) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			t.Errorf("%s: connected", name)
		}
	}
}

func TestWithoutARegionTheDecisionIsTold(t *testing.T) {
	_, err := FromEndpoint(context.Background(), edgeThat(t, saying(nil)), Options{})
	var none *NoRegionError
	if !errors.As(err, &none) || none.Decision != "weur draining" {
		t.Fatal(err)
	}
}

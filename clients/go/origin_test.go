package meridian

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAddressesOfOneOriginAreTheSame(t *testing.T) {
	for given, origin := range map[string]string{
		"HTTPS://NATS.Example.com:443/nats": "https://nats.example.com",
		"nats.example.com:443":              "https://nats.example.com",
		"nats.example.com:8443":             "https://nats.example.com:8443",
		"ws://LOCALHOST:80":                 "http://localhost",
		"http://[::1]:80":                   "http://[::1]",
	} {
		found, err := originOf(given)
		if err != nil || found.String() != origin {
			t.Errorf("%s: %v, %v", given, found, err)
		}
	}
}

func TestOnlyTheOriginItselfIsConnectedTo(t *testing.T) {
	origin, _ := url.Parse("https://nats.example.com")
	for address, is := range map[string]bool{
		"wss://nats.example.com/nats":        true,
		"wss://NATS.example.com:443/nats":    true,
		"wss://nats.example.com:8443/nats":   false,
		"wss://nats.example.com.evil/nats":   false,
		"wss://u:p@nats.example.com/nats":    false,
		"ws://nats.example.com/nats":         false,
		"nats://nats.example.com":            false,
		"tls://nats.example.com":             false,
		"https://nats.example.com/nats":      false,
		"//nats.example.com/nats":            false,
		"wss:nats.example.com":               false,
		"wss://nats.example.com:443@evil/":   false,
		"wss://elsewhere/nats.example.com:1": false,
	} {
		where, err := url.Parse(address)
		if got := err == nil && isAt(where, "wss", origin); got != is {
			t.Errorf("%s: %v", address, got)
		}
	}
}

func TestATokenIsSentNowhereElse(t *testing.T) {
	for _, elsewhere := range []string{"nats://127.0.0.1:1", "ws://127.0.0.2:1/nats", "tls://127.0.0.1:1", "", "ws://", "nats://user:hidden@127.0.0.1:1"} {
		endpoint := edgeThat(t, saying(map[string]any{"nats": elsewhere}))
		_, err := FromEndpoint(context.Background(), endpoint, Options{Credentials: Token("secret")})
		var wrong *EndpointError
		if !errors.As(err, &wrong) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", elsewhere, err)
		}
	}
}

func TestNoErrorRepeatsASecretOfAnAddress(t *testing.T) {
	for _, given := range []string{
		"https://user:hidden@nats.example.com",
		"user:hidden@nats.example.com",
		"https://hidden@nats.example.com",
		"nats://hidden@nats.example.com",
		"http://hidden@nats.example.com",
		"https://user:hid/hidden@nats.example.com",
		"https://user:hidden%zz@nats.example.com",
		"https://nats.example.com:port?token=hidden",
		"nats://nats.example.com?token=hidden#hidden",
		"https://user:hidden@",
	} {
		_, err := FromEndpoint(context.Background(), given, Options{})
		var wrong *EndpointError
		if !errors.As(err, &wrong) || strings.Contains(fmt.Sprintf("%v %+v", err, wrong), "hidden") {
			t.Errorf("%s: %v", given, err)
		}
	}
}

func TestAnAnswerWithoutAnEndIsNotRead(t *testing.T) {
	for size, what := range map[int]string{mostBytes: "is not Meridian", mostBytes + 1: "longer than 65536 bytes"} {
		_, err := FromEndpoint(context.Background(), edgeThat(t, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(strings.Repeat(" ", size)))
		}), Options{})
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%d: %v", size, err)
		}
	}
}

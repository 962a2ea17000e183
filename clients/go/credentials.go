package meridian

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// Credentials are what a client signs in with: Token, User, CredsFile or SignIn.
type Credentials interface {
	// at returns the options of a connection, and when it should be made anew; zero is never.
	at(ctx context.Context, origin *url.URL, found about) (nats.Option, time.Time, error)
}

type fixed struct{ option nats.Option }

func (f fixed) at(context.Context, *url.URL, about) (nats.Option, time.Time, error) {
	return f.option, time.Time{}, nil
}

// Token is the one that all clients share.
func Token(token string) Credentials { return fixed{nats.Token(token)} }

// User signs in with a name and a password.
func User(name, password string) Credentials { return fixed{nats.UserInfo(name, password)} }

// CredsFile signs in with a file as nsc writes it, which is read at each connection.
func CredsFile(path string) Credentials { return fixed{nats.UserCredentials(path)} }

// SignIn exchanges a sign-in, a JWT of an issuer that the edge accepts, for a NATS user, and does so again before that one is no
// longer valid. The user's seed never leaves the process. jwt is called for each exchange, and may itself sign in.
func SignIn(jwt func(context.Context) (string, error)) Credentials { return &signIn{jwt: jwt} }

type signIn struct {
	jwt  func(context.Context) (string, error)
	lock sync.Mutex
	user string
	key  nkeys.KeyPair
	till time.Time
}

// Of a user's time, this part is used before the next one is asked for.
const usedOfLifetime = 0.75

func (s *signIn) at(ctx context.Context, origin *url.URL, found about) (nats.Option, time.Time, error) {
	if found.Credentials == nil {
		return nil, time.Time{}, &CredentialsError{Endpoint: origin.String(), What: "takes no sign-ins: use a token, a user or a credentials file"}
	}
	renew, err := s.exchange(ctx, origin.String(), *found.Credentials)
	if err != nil {
		return nil, time.Time{}, err
	}
	again := func() (string, error) {
		if time.Now().After(s.until()) {
			ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
			defer cancel()
			if _, err := s.exchange(ctx, origin.String(), *found.Credentials); err != nil {
				return "", err
			}
		}
		s.lock.Lock()
		defer s.lock.Unlock()
		return s.user, nil
	}
	sign := func(nonce []byte) ([]byte, error) { return s.key.Sign(nonce) }
	return nats.UserJWT(again, sign), renew, nil
}

func (s *signIn) until() time.Time {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.till
}

// exchange has a new user, and returns when it should be followed by the next.
func (s *signIn) exchange(ctx context.Context, endpoint, address string) (time.Time, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	jwt, err := s.jwt(ctx)
	if err != nil {
		return time.Time{}, &CredentialsError{endpoint, "", fmt.Sprintf("was not asked: signing in failed: %v", err), err}
	}
	if s.key == nil {
		if s.key, err = nkeys.CreateUser(); err != nil {
			return time.Time{}, err
		}
	}
	public, err := s.key.PublicKey()
	if err != nil {
		return time.Time{}, err
	}
	wanted, err := json.Marshal(map[string]string{"publicKey": public})
	if err != nil {
		return time.Time{}, err
	}
	status, body, err := ask(ctx, http.MethodPost, address, func(request *http.Request) {
		request.Header.Set("Authorization", "Bearer "+jwt)
		request.Header.Set("Content-Type", "application/json")
		request.Body = io.NopCloser(bytes.NewReader(wanted))
		request.ContentLength = int64(len(wanted))
	})
	if err != nil {
		return time.Time{}, &EndpointError{endpoint, "does not answer to a sign-in", err}
	}
	var answer struct {
		JWT       string `json:"jwt"`
		ExpiresAt int64  `json:"expiresAt"`
		Error     struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.JWT == "" {
		what := fmt.Sprintf("refuses the sign-in (%d %s): %s", status, answer.Error.Code, answer.Error.Message)
		return time.Time{}, &CredentialsError{endpoint, answer.Error.Code, what, err}
	}
	s.user, s.till = answer.JWT, time.UnixMilli(answer.ExpiresAt)
	now := time.Now()
	return now.Add(time.Duration(float64(s.till.Sub(now)) * usedOfLifetime)), nil
}

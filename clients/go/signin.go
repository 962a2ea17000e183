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

const (
	// Of a user's time, this part is used before the next one is asked for.
	usedOfLifetime = 0.75
	// How soon a user is followed by the next at most.
	soonestRenewal = time.Second
)

// SignIn exchanges a sign-in, a JWT of an issuer that the edge accepts, for a NATS user, and does so again before that one is no
// longer valid. The user's seed never leaves the process. jwt is called for each exchange, and may itself sign in; it calls nothing
// of the Edge, whose connection may be waiting for it.
func SignIn(jwt func(context.Context) (string, error)) Credentials { return &signIn{jwt: jwt} }

type signIn struct {
	jwt func(context.Context) (string, error)
	// The user's key, made once.
	making sync.Once
	key    nkeys.KeyPair
	public string
	failed error
}

// user is who a connection has signed in as.
type user struct {
	lock sync.Mutex
	jwt  string
	till time.Time
}

func (s *signIn) at(ctx, alive context.Context, origin *url.URL, found about) (nats.Option, time.Time, error) {
	endpoint := origin.String()
	if found.credentials == nil {
		return nil, time.Time{}, &CredentialsError{Endpoint: endpoint, What: "takes no sign-ins: use a token, a user or a credentials file"}
	}
	address := found.credentials.String()
	u := &user{}
	if err := u.exchange(ctx, s, endpoint, address); err != nil {
		return nil, time.Time{}, err
	}
	again := func() (string, error) {
		if now, till := u.now(); time.Now().Before(till) {
			return now, nil
		}
		ctx, cancel := context.WithTimeout(alive, attemptWithin)
		defer cancel()
		err := u.exchange(ctx, s, endpoint, address)
		now, _ := u.now()
		return now, err
	}
	sign := func(nonce []byte) ([]byte, error) { return s.key.Sign(nonce) }
	now := time.Now()
	renewAfter := time.Duration(float64(u.till.Sub(now)) * usedOfLifetime)
	return nats.UserJWT(again, sign), now.Add(max(renewAfter, soonestRenewal)), nil
}

func (u *user) now() (string, time.Time) {
	u.lock.Lock()
	defer u.lock.Unlock()
	return u.jwt, u.till
}

func (s *signIn) makeKey() error {
	s.making.Do(func() {
		if s.key, s.failed = nkeys.CreateUser(); s.failed == nil {
			s.public, s.failed = s.key.PublicKey()
		}
	})
	return s.failed
}

// exchange has a new user.
func (u *user) exchange(ctx context.Context, s *signIn, endpoint, address string) error {
	if err := s.makeKey(); err != nil {
		return &CredentialsError{endpoint, "", "was not asked: a user's key could not be made", err}
	}
	jwt, err := s.jwt(ctx)
	if err != nil {
		return &CredentialsError{endpoint, "", fmt.Sprintf("was not asked: signing in failed: %v", err), err}
	}
	wanted, err := json.Marshal(map[string]string{"publicKey": s.public})
	if err != nil {
		return &CredentialsError{endpoint, "", "was not asked: a user's key could not be sent", err}
	}
	answered, err := ask(ctx, http.MethodPost, address, func(request *http.Request) {
		request.Header.Set("Authorization", "Bearer "+jwt)
		request.Header.Set("Content-Type", "application/json")
		request.Body = io.NopCloser(bytes.NewReader(wanted))
		request.ContentLength = int64(len(wanted))
	})
	if err != nil {
		return &EndpointError{endpoint, "does not answer to a sign-in", err}
	}
	var answer struct {
		JWT       string `json:"jwt"`
		ExpiresAt int64  `json:"expiresAt"`
		Error     struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	err = json.Unmarshal(answered.body, &answer)
	if err != nil || answered.status >= http.StatusMultipleChoices || answer.JWT == "" {
		code := repeated(answer.Error.Code, jwt)
		what := fmt.Sprintf("refuses the sign-in (%d %s): %s", answered.status, code, repeated(answer.Error.Message, jwt))
		return &CredentialsError{endpoint, code, what, err}
	}
	// By the clock of the edge: that of this machine may be wrong.
	lasts := time.UnixMilli(answer.ExpiresAt).Sub(answered.at)
	if lasts <= 0 {
		what := fmt.Sprintf("gives a user that ended at %s", time.UnixMilli(answer.ExpiresAt).UTC().Format(time.RFC3339))
		return &CredentialsError{Endpoint: endpoint, What: what}
	}
	u.lock.Lock()
	defer u.lock.Unlock()
	u.jwt, u.till = answer.JWT, time.Now().Add(lasts)
	return nil
}

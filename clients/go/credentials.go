package meridian

import (
	"context"
	"net/url"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// Credentials are what a client signs in with: Token, User, CredsFile or SignIn.
type Credentials interface {
	// at returns the options of a connection, and when it should be made anew; zero is never. ctx is that of the attempt, alive ends
	// with the connection.
	at(ctx, alive context.Context, origin *url.URL, found about) (nats.Option, time.Time, error)
}

type fixed struct{ option nats.Option }

func (f fixed) at(context.Context, context.Context, *url.URL, about) (nats.Option, time.Time, error) {
	return f.option, time.Time{}, nil
}

// Token is the one that all clients share.
func Token(token string) Credentials { return fixed{nats.Token(token)} }

// User signs in with a name and a password.
func User(name, password string) Credentials { return fixed{nats.UserInfo(name, password)} }

// CredsFile signs in with a file as nsc writes it, which is read at each connection.
func CredsFile(path string) Credentials { return credsFile(path) }

type credsFile string

func (path credsFile) at(_, _ context.Context, origin *url.URL, _ about) (nats.Option, time.Time, error) {
	contents, err := os.ReadFile(string(path))
	if err != nil {
		what := "was not asked: the credentials file cannot be read: " + err.Error()
		return nil, time.Time{}, &CredentialsError{Endpoint: origin.String(), What: what, Cause: err}
	}
	defer clear(contents)
	_, err = nkeys.ParseDecoratedJWT(contents)
	if err == nil {
		var key nkeys.KeyPair
		if key, err = nkeys.ParseDecoratedUserNKey(contents); err == nil {
			key.Wipe()
		}
	}
	if err != nil {
		what := "was not asked: " + string(path) + " is no credentials file: it holds a user's JWT and seed, as nsc writes them"
		return nil, time.Time{}, &CredentialsError{Endpoint: origin.String(), What: what, Cause: err}
	}
	return nats.UserCredentials(string(path)), time.Time{}, nil
}

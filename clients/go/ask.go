package meridian

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"
)

const (
	// An answer of an edge is a few hundred bytes; what is longer is none.
	mostBytes = 64 << 10
	// Of what an edge says in words, an error repeats this much.
	mostRepeated = 1000
	// HTTP says seconds.
	clocksAgree = 2 * time.Second
)

// It follows nothing: what is sent to the endpoint, a sign-in among it, is for the endpoint alone. How long it waits is ctx's to say.
var asking = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// answer is what an edge answers.
type answer struct {
	status int
	body   []byte
	// The time that it was there; that of here where it does not say so, or where both agree about as well as it says it.
	at time.Time
}

// ask returns an answer that is not too long.
func ask(ctx context.Context, method, address string, change func(*http.Request)) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return answer{}, err
	}
	if change != nil {
		change(request)
	}
	response, err := asking.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostBytes+1))
	if err == nil && len(body) > mostBytes {
		err = fmt.Errorf("the answer is longer than %d bytes", mostBytes)
	}
	return answer{response.StatusCode, body, timeOf(response)}, err
}

func timeOf(response *http.Response) time.Time {
	now := time.Now()
	there, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil || there.Sub(now).Abs() < clocksAgree {
		return now
	}
	return there
}

// repeated is a text of an edge as an error repeats it: on one line, not endless, and without a secret that was sent there.
func repeated(text, secret string) string {
	if secret != "" {
		text = strings.ReplaceAll(text, secret, "...")
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > mostRepeated {
		text = string(runes[:mostRepeated]) + "..."
	}
	return text
}

package meridian

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode"
)

const (
	// An answer of an edge is a few hundred bytes; what is longer is none.
	mostBytes = 64 << 10
	// Of what an edge says in words, an error repeats this much.
	mostRepeated = 1000
)

// It follows nothing: what is sent to the endpoint, a sign-in among it, is for the endpoint alone. How long it waits is ctx's to say.
var asking = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// ask returns status and body of an answer that is not too long.
func ask(ctx context.Context, method, address string, change func(*http.Request)) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return 0, nil, err
	}
	if change != nil {
		change(request)
	}
	response, err := asking.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostBytes+1))
	if err == nil && len(body) > mostBytes {
		err = fmt.Errorf("the answer is longer than %d bytes", mostBytes)
	}
	return response.StatusCode, body, err
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

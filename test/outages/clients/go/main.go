// The client program with nats.go and its default options: 2 s for a connection, 2 s between reconnects. What it is
// given and what it prints is in ../client-spec.ts and ../client-event.ts.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// Between two attempts of a client that was refused.
const retryAfter = 100 * time.Millisecond

// Lasting clients that connect at the same time.
const concurrent = 32

type city struct {
	City    string            `json:"city"`
	Cf      map[string]string `json:"cf"`
	Lasting int               `json:"lasting"`
}

type spec struct {
	URL               string  `json:"url"`
	Cities            []city  `json:"cities"`
	ArrivalsPerSecond float64 `json:"arrivalsPerSecond"`
	StayMs            int64   `json:"stayMs"`
	GiveUpMs          int64   `json:"giveUpMs"`
	EchoEveryMs       int64   `json:"echoEveryMs"`
	SilenceMs         int64   `json:"silenceMs"`
}

type failure struct {
	At  int64  `json:"at"`
	Why string `json:"why"`
}

var (
	told    spec
	writing sync.Mutex
	stopped = make(chan struct{})
)

func main() {
	if err := json.Unmarshal([]byte(os.Args[1]), &told); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	started := make(chan struct{})
	go takeCommands(started)
	lasting := connectLasting()
	emit(map[string]any{"type": "ready"})
	<-started
	arrivals()
	for _, client := range lasting {
		client.tellOfSilence(true)
	}
}

func takeCommands(started chan<- struct{}) {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		switch lines.Text() {
		case "go":
			close(started)
		case "stop":
			close(stopped)
		}
	}
	os.Exit(0)
}

func emit(event map[string]any) {
	line, err := json.Marshal(event)
	if err != nil {
		panic(err)
	}
	writing.Lock()
	defer writing.Unlock()
	os.Stdout.Write(append(line, '\n'))
}

// Returns the connection, or the status of the refused upgrade, or what the library says.
func (c city) connect(options ...nats.Option) (*nats.Conn, error) {
	cf, err := json.Marshal(c.Cf)
	if err != nil {
		return nil, err
	}
	dialer := &statusDialer{}
	connection, err := nats.Connect(told.URL, append(options,
		nats.WebSocketConnectionHeaders(http.Header{"MF-CF-Blob": {string(cf)}}),
		nats.SetCustomDialer(dialer),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}),
	)...)
	if err != nil {
		if status := dialer.refused(); status != "" {
			return nil, fmt.Errorf("%s", status)
		}
		return nil, withoutAddresses(err)
	}
	return connection, nil
}

// Failures of one kind are counted together, whatever ports they were between.
func withoutAddresses(err error) error {
	var operation *net.OpError
	if errors.As(err, &operation) {
		return operation.Err
	}
	return err
}

func regionOf(connection *nats.Conn) string {
	return strings.TrimPrefix(connection.ConnectedServerName(), "nats-")
}

func arrivals() {
	start := time.Now()
	interval := time.Duration(float64(time.Second) / told.ArrivalsPerSecond)
	var underWay sync.WaitGroup
	for n := 0; told.ArrivalsPerSecond > 0; n++ {
		due := start.Add(time.Duration(n) * interval)
		select {
		case <-stopped:
			underWay.Wait()
			return
		case <-time.After(time.Until(due)):
		}
		from := told.Cities[n%len(told.Cities)]
		underWay.Go(func() { from.arrive(due) })
	}
	<-stopped
}

func (c city) arrive(due time.Time) {
	failures := []failure{}
	served := func(region string) {
		emit(map[string]any{
			"type": "arrival", "city": c.City, "due": due.UnixMilli(), "ms": time.Since(due).Milliseconds(),
			"region": region, "failures": failures,
		})
	}
	giveUp := due.Add(time.Duration(told.GiveUpMs) * time.Millisecond)
	for time.Now().Before(giveUp) {
		connection, err := c.connect()
		if err == nil {
			served(regionOf(connection))
			time.Sleep(time.Duration(told.StayMs) * time.Millisecond)
			connection.Close()
			return
		}
		failures = append(failures, failure{time.Now().UnixMilli(), err.Error()})
		time.Sleep(retryAfter)
	}
	served("")
}

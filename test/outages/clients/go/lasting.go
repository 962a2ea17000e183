package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
)

// A client that stays: it publishes to itself all the time, and reports when it hears nothing for a while.
type lastingClient struct {
	city    city
	name    string
	mutex   sync.Mutex
	heardAt time.Time
}

func connectLasting() []*lastingClient {
	var clients []*lastingClient
	for _, c := range told.Cities {
		for range c.Lasting {
			clients = append(clients, &lastingClient{city: c, name: fmt.Sprintf("go-%d", len(clients))})
		}
	}
	var connected sync.WaitGroup
	slots := make(chan struct{}, concurrent)
	for _, client := range clients {
		slots <- struct{}{}
		connected.Go(func() {
			client.start()
			<-slots
		})
	}
	connected.Wait()
	return clients
}

// Returns once it is connected; should its connection be closed for good, it makes another one.
func (l *lastingClient) start() {
	var once sync.Once
	first := make(chan struct{})
	connected := func() {
		once.Do(func() {
			l.heardNow()
			close(first)
		})
	}
	go func() {
		for {
			l.stay(connected)
			time.Sleep(retryAfter)
		}
	}()
	<-first
}

// Returns once the connection has failed, or was closed for good.
func (l *lastingClient) stay(connected func()) {
	closed := make(chan struct{})
	connection, err := l.city.connect(
		nats.MaxReconnects(-1),
		nats.ReconnectHandler(l.landed),
		nats.ClosedHandler(func(*nats.Conn) { close(closed) }),
	)
	if err != nil {
		return
	}
	subject := "outages." + l.name
	if _, err := connection.Subscribe(subject, func(*nats.Msg) { l.heard() }); err != nil {
		return
	}
	l.landed(connection)
	connected()
	ticks := time.NewTicker(time.Duration(told.EchoEveryMs) * time.Millisecond)
	defer ticks.Stop()
	for {
		select {
		case <-closed:
			return
		case <-ticks.C:
			// Fails only while the buffer for a reconnect is full.
			_ = connection.Publish(subject, nil)
		}
	}
}

func (l *lastingClient) landed(connection *nats.Conn) {
	emit(map[string]any{
		"type": "landed", "client": l.name, "city": l.city.City, "region": regionOf(connection),
		"at": time.Now().UnixMilli(),
	})
}

func (l *lastingClient) heard() {
	l.tellOfSilence(false)
	l.heardNow()
}

func (l *lastingClient) heardNow() {
	l.mutex.Lock()
	l.heardAt = time.Now()
	l.mutex.Unlock()
}

func (l *lastingClient) tellOfSilence(isOpen bool) {
	l.mutex.Lock()
	from := l.heardAt
	l.mutex.Unlock()
	silence := time.Since(from).Milliseconds()
	if silence <= told.SilenceMs {
		return
	}
	emit(map[string]any{
		"type": "silence", "client": l.name, "city": l.city.City, "from": from.UnixMilli(), "ms": silence,
		"isOpen": isOpen,
	})
}

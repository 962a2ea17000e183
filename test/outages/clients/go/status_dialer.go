package main

import (
	"bytes"
	"net"
	"sync/atomic"

	"github.com/nats-io/nats.go"
)

// Dials as nats.go does by default, and records the status of a refused upgrade, for which nats.go only says "invalid
// websocket connection".
type statusDialer struct {
	status atomic.Pointer[string]
}

func (d *statusDialer) Dial(network, address string) (net.Conn, error) {
	connection, err := net.DialTimeout(network, address, nats.DefaultTimeout)
	if err != nil {
		return nil, err
	}
	return &statusConn{Conn: connection, dialer: d}, nil
}

func (d *statusDialer) refused() string {
	if status := d.status.Load(); status != nil {
		return *status
	}
	return ""
}

type statusConn struct {
	net.Conn
	dialer *statusDialer
	isRead bool
}

// The status line comes with the first bytes.
func (c *statusConn) Read(into []byte) (int, error) {
	count, err := c.Conn.Read(into)
	if !c.isRead && count > 0 {
		c.isRead = true
		parts := bytes.SplitN(into[:count], []byte(" "), 3)
		if len(parts) == 3 && string(parts[1]) != "101" {
			status := string(parts[1])
			c.dialer.status.Store(&status)
		}
	}
	return count, err
}

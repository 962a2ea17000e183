package meridian

import (
	"context"
	"net"
	"time"

	"github.com/nats-io/nats.go"
)

// dialer dials for nats.go, which knows no context: what it waits for ends with the lease, and while the first connection is made with
// that attempt's.
type dialer struct {
	alive  context.Context
	within time.Duration
	// A program's own, if it has one.
	own nats.CustomDialer
	tcp net.Dialer
	// While it is not done, ctx rules alone.
	first context.Context
}

// newDialer stands for the dialer of the options given.
func newDialer(first, alive context.Context, options *nats.Options) *dialer {
	d := &dialer{alive: alive, within: options.Timeout, own: options.CustomDialer, first: first}
	if options.Dialer != nil {
		d.tcp = *options.Dialer
	}
	return d
}

func (d *dialer) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := d.alive, context.CancelFunc(func() {})
	isFirst := d.first.Err() == nil
	if !isFirst {
		ctx, cancel = context.WithTimeout(d.alive, d.within)
	}
	defer cancel()
	conn, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c := &cutConn{Conn: conn, first: d.first}
	c.keep = context.AfterFunc(d.alive, func() { conn.Close() })
	// nats.go sets none for the handshake of TLS; the one that it sets next replaces this.
	if !isFirst {
		err = conn.SetDeadline(time.Now().Add(d.within))
	}
	return c, err
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if d.own != nil {
		return d.own.Dial(network, address)
	}
	return d.tcp.DialContext(ctx, network, address)
}

// SkipTLSHandshake is asked by nats.go for a dialer that does it itself.
func (d *dialer) SkipTLSHandshake() bool {
	own, asks := d.own.(interface{ SkipTLSHandshake() bool })
	return asks && own.SkipTLSHandshake()
}

// cutConn is a connection that ends with its lease.
type cutConn struct {
	net.Conn
	first context.Context
	keep  func() bool
}

func (c *cutConn) Close() error {
	c.keep()
	return c.Conn.Close()
}

// A deadline of nats.go is as short for a region that has to start as for one that hangs.
func (c *cutConn) SetDeadline(at time.Time) error {
	if !at.IsZero() && c.first.Err() == nil {
		return nil
	}
	return c.Conn.SetDeadline(at)
}

func (c *cutConn) SetReadDeadline(at time.Time) error {
	if !at.IsZero() && c.first.Err() == nil {
		return nil
	}
	return c.Conn.SetReadDeadline(at)
}

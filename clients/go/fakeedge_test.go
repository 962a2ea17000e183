package meridian

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeEdge is an edge whose regions do what a test wants, when it wants it.
type fakeEdge struct {
	URL  string
	lock sync.Mutex
	// The region that the next client gets.
	chosen  *fakeRegion
	signIns http.HandlerFunc
	// What it says of who asks; empty is that no region takes it.
	whoami string
	visits int
	// Messages go to all subscribers, wherever they are: the regions are one cluster.
	conns map[*fakeConn]bool
}

func newFakeEdge(t *testing.T, chosen *fakeRegion) *fakeEdge {
	e := &fakeEdge{chosen: chosen, conns: map[*fakeConn]bool{}}
	e.URL = edgeThat(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/nats":
			e.serve(t, w, r)
		case r.URL.Path == whoamiPath && e.whoami != "":
			_, _ = io.WriteString(w, e.whoami)
		case r.Method == http.MethodPost:
			e.signIns(w, r)
		case e.signIns != nil:
			saying(map[string]any{"credentials": "http://" + r.Host + "/api/credentials"})(w, r)
		default:
			saying(nil)(w, r)
		}
	})
	t.Cleanup(func() { e.eachAt(nil, func(c *fakeConn) { c.socket.Close() }) })
	return e
}

func (e *fakeEdge) choose(r *fakeRegion) {
	e.lock.Lock()
	defer e.lock.Unlock()
	e.chosen = r
}

func (e *fakeEdge) visited() int {
	e.lock.Lock()
	defer e.lock.Unlock()
	return e.visits
}

// eachAt does something with the connections to a region; nil is all of them.
func (e *fakeEdge) eachAt(r *fakeRegion, do func(*fakeConn)) {
	e.lock.Lock()
	var conns []*fakeConn
	for c := range e.conns {
		if r == nil || c.region == r {
			conns = append(conns, c)
		}
	}
	e.lock.Unlock()
	for _, c := range conns {
		do(c)
	}
}

func (e *fakeEdge) says(r *fakeRegion, line string) {
	e.eachAt(r, func(c *fakeConn) { c.send(line) })
}

func (e *fakeEdge) drain(r *fakeRegion) { e.says(r, r.info(true)) }

func (e *fakeEdge) kill(r *fakeRegion) { e.eachAt(r, func(c *fakeConn) { c.socket.Close() }) }

// fakeRegion is a region, and its server.
type fakeRegion struct {
	name, id string
	// Before the first line of the server.
	wait func(context.Context)
	// What it answers to CONNECT; empty is that it takes the client.
	lock    sync.Mutex
	refusal string
}

func region(name string) *fakeRegion { return &fakeRegion{name: name, id: "server-" + name} }

func (r *fakeRegion) refuse(with string) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.refusal = with
}

func (r *fakeRegion) refuses() string {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.refusal
}

func (r *fakeRegion) info(ldm bool) string {
	return fmt.Sprintf(`INFO {"server_id":"%s","server_name":"nats-%s","version":"2.15.1","proto":1,"headers":true,"max_payload":1048576,"nonce":"abc","ldm":%t}`, r.id, r.name, ldm)
}

type fakeConn struct {
	region *fakeRegion
	socket net.Conn
	in     io.Reader
	lock   sync.Mutex
	subs   map[string]string
}

func (e *fakeEdge) serve(t *testing.T, w http.ResponseWriter, r *http.Request) {
	e.lock.Lock()
	chosen := e.chosen
	e.visits++
	e.lock.Unlock()
	if chosen == nil {
		http.Error(w, "no_region", http.StatusServiceUnavailable)
		return
	}
	socket, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer socket.Close()
	c := &fakeConn{region: chosen, socket: socket, subs: map[string]string{}}
	c.in = &unframed{from: buffered.Reader}
	e.lock.Lock()
	e.conns[c] = true
	e.lock.Unlock()
	defer func() {
		e.lock.Lock()
		defer e.lock.Unlock()
		delete(e.conns, c)
	}()
	accept := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	fmt.Fprintf(socket, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(accept[:]))
	if chosen.wait != nil {
		chosen.wait(t.Context())
	}
	c.send(chosen.info(false))
	_ = e.speak(c)
}

// speak is the part of NATS's protocol that nats.go needs.
func (e *fakeEdge) speak(c *fakeConn) error {
	lines := bufio.NewReader(c.in)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		words := strings.Fields(line)
		switch words[0] {
		case "CONNECT":
			if refusal := c.region.refuses(); refusal != "" {
				// Its PING is read first: to close a socket with something unread would reset it, and lose the refusal.
				_, _ = lines.ReadString('\n')
				c.send("-ERR '" + refusal + "'")
				return errors.New(refusal)
			}
		case "PING":
			c.send("PONG")
		case "SUB":
			c.lock.Lock()
			c.subs[words[len(words)-1]] = words[1]
			c.lock.Unlock()
		case "UNSUB":
			c.lock.Lock()
			delete(c.subs, words[1])
			c.lock.Unlock()
		case "PUB":
			body, err := lines.ReadString('\n')
			if err != nil {
				return err
			}
			reply := ""
			if len(words) == 4 {
				reply = words[2] + " "
			}
			e.deliver(words[1], reply, strings.TrimSuffix(body, "\r\n"))
		}
	}
}

func (e *fakeEdge) deliver(subject, reply, body string) {
	e.eachAt(nil, func(c *fakeConn) {
		c.lock.Lock()
		var lines []string
		for sid, wanted := range c.subs {
			prefix, any := strings.CutSuffix(wanted, "*")
			if subject == wanted || (any && strings.HasPrefix(subject, prefix)) {
				lines = append(lines, fmt.Sprintf("MSG %s %s %s%d\r\n%s", subject, sid, reply, len(body), body))
			}
		}
		c.lock.Unlock()
		for _, line := range lines {
			c.send(line)
		}
	})
}

// send writes one binary frame.
func (c *fakeConn) send(line string) {
	body := line + "\r\n"
	frame := []byte{0x82, byte(len(body))}
	if len(body) > 125 {
		frame = binary.BigEndian.AppendUint16([]byte{0x82, 126}, uint16(len(body)))
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	_, _ = c.socket.Write(append(frame, body...))
}

// unframed is what a client sends, without its frames.
type unframed struct {
	from *bufio.Reader
	left []byte
}

func (u *unframed) Read(into []byte) (int, error) {
	for len(u.left) == 0 {
		head := make([]byte, 2)
		if _, err := io.ReadFull(u.from, head); err != nil {
			return 0, err
		}
		size := int(head[1] & 0x7f)
		if size > 125 {
			long := make([]byte, map[int]int{126: 2, 127: 8}[size])
			if _, err := io.ReadFull(u.from, long); err != nil {
				return 0, err
			}
			size = int(binary.BigEndian.Uint64(append(make([]byte, 8-len(long)), long...)))
		}
		masked := make([]byte, 4+size)
		if _, err := io.ReadFull(u.from, masked); err != nil {
			return 0, err
		}
		if head[0]&0xf == 8 {
			return 0, io.EOF
		}
		for i := range masked[4:] {
			masked[4+i] ^= masked[i%4]
		}
		u.left = masked[4:]
	}
	n := copy(into, u.left)
	u.left = u.left[n:]
	return n, nil
}

// eventually waits for a condition, which has a name.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// told records what an Edge tells.
type told struct {
	lock   sync.Mutex
	moved  []string
	failed []error
}

func (r *told) options(credentials Credentials) Options {
	return Options{
		Credentials: credentials,
		Moved: func(region, why string) {
			r.lock.Lock()
			defer r.lock.Unlock()
			r.moved = append(r.moved, region+" "+why)
		},
		Failed: func(err error) {
			r.lock.Lock()
			defer r.lock.Unlock()
			r.failed = append(r.failed, err)
		},
	}
}

func (r *told) moves() []string {
	r.lock.Lock()
	defer r.lock.Unlock()
	return append([]string(nil), r.moved...)
}

func (r *told) last() string {
	moves := r.moves()
	if len(moves) == 0 {
		return ""
	}
	return moves[len(moves)-1]
}

func (r *told) failures() []error {
	r.lock.Lock()
	defer r.lock.Unlock()
	return append([]error(nil), r.failed...)
}

func connected(t *testing.T, at *fakeEdge, options Options) *Edge {
	t.Helper()
	e, err := FromEndpoint(t.Context(), at.URL, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// A link between two ends of one machine, packet by packet: a TUN device in a network namespace of its own, so that
// each connection over it is TCP of the kernel, which meets the delay, the loss and the rate as on a real link.
//
// Who connects to `far`, at any port, reaches 127.0.0.1 at that port, and is seen there as `near`. Both ends are in this
// namespace; the device and the namespace are gone when the last process in it is.
//
// Each line of the standard input sets the link (`set <delay ms, one way> <bit/s, 0: any> <loss> <queue bytes>`, answered
// with `set`) or asks what has come over it (`count`, answered with the bytes from the one that dials and to it). It ends
// with its input.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const (
	device = "meridian"
	// The kernel's TCP sends nothing larger.
	mtu = 1500
	// The device's own address, from which who dials sends.
	own = "10.213.0.1"
)

// A rewritten packet keeps its checksums, since `own` + `far` = `near` + `loopback` in ones' complement.
var (
	ownAddress  = [4]byte{10, 213, 0, 1}
	farAddress  = [4]byte{10, 213, 116, 45}
	nearAddress = [4]byte{10, 213, 0, 2}
	loopback    = [4]byte{127, 0, 0, 1}
)

const sourceAt, destinationAt, headerBytes = 12, 16, 20

// What a link is like. Delays are one way.
type settings struct {
	delay      time.Duration
	bitsPerSec float64
	loss       float64
	// What waits for its turn beyond this is dropped, as at a router.
	queueBytes float64
}

type packet struct {
	bytes []byte
	due   time.Time
}

// One direction: packets leave in order, each when it is due.
type direction struct {
	packets  chan packet
	busyTill time.Time
	random   *rand.Rand
	passed   atomic.Int64
}

// More than any setting has on its way: 100 MB of full packets.
const maxPackets = 1 << 16

func newDirection(seed int64) *direction {
	return &direction{packets: make(chan packet, maxPackets), random: rand.New(rand.NewSource(seed))}
}

// Drops a packet, or decides when it arrives.
func (d *direction) enter(bytes []byte, s settings, now time.Time) {
	if s.loss > 0 && d.random.Float64() < s.loss {
		return
	}
	start := now
	if s.bitsPerSec > 0 {
		if d.busyTill.After(now) {
			start = d.busyTill
		}
		waiting := start.Sub(now).Seconds() * s.bitsPerSec / 8
		if waiting > s.queueBytes {
			return
		}
		start = start.Add(time.Duration(float64(len(bytes)*8) / s.bitsPerSec * float64(time.Second)))
		d.busyTill = start
	}
	select {
	case d.packets <- packet{bytes, start.Add(s.delay)}:
	default:
	}
}

func (d *direction) leave(tun *os.File) {
	for p := range d.packets {
		time.Sleep(time.Until(p.due))
		if _, err := tun.Write(p.bytes); err == nil {
			d.passed.Add(int64(len(p.bytes)))
		}
	}
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	tun, err := openTun()
	if err != nil {
		return err
	}
	if err := configure(); err != nil {
		return err
	}
	fromDialler, toDialler := newDirection(1), newDirection(2)
	go fromDialler.leave(tun)
	go toDialler.leave(tun)
	var lock sync.Mutex
	var current settings
	go func() {
		for {
			bytes := make([]byte, mtu)
			count, err := tun.Read(bytes)
			if err != nil {
				return
			}
			bytes = bytes[:count]
			lock.Lock()
			now := current
			lock.Unlock()
			if rewrite(bytes, ownAddress, farAddress, nearAddress, loopback) {
				fromDialler.enter(bytes, now, time.Now())
			} else if rewrite(bytes, loopback, nearAddress, farAddress, ownAddress) {
				toDialler.enter(bytes, now, time.Now())
			}
		}
	}()
	fmt.Println("ready", ip(farAddress))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if lines.Text() == "count" {
			fmt.Println(fromDialler.passed.Load(), toDialler.passed.Load())
			continue
		}
		var ms float64
		var next settings
		if _, err := fmt.Sscanf(lines.Text(), "set %g %g %g %g", &ms, &next.bitsPerSec, &next.loss, &next.queueBytes); err != nil {
			return fmt.Errorf("%q is nothing that a link can be told: %w", lines.Text(), err)
		}
		next.delay = time.Duration(ms * float64(time.Millisecond))
		lock.Lock()
		current = next
		lock.Unlock()
		fmt.Println("set")
	}
	return lines.Err()
}

// Whether it is an IPv4 packet between these two; it is then one between the other two.
func rewrite(bytes []byte, from, to, newFrom, newTo [4]byte) bool {
	if len(bytes) < headerBytes || bytes[0]>>4 != 4 {
		return false
	}
	if [4]byte(bytes[sourceAt:]) != from || [4]byte(bytes[destinationAt:]) != to {
		return false
	}
	copy(bytes[sourceAt:], newFrom[:])
	copy(bytes[destinationAt:], newTo[:])
	return true
}

func openTun() (*os.File, error) {
	// Not as Go's own file: the device can be polled only once it has its name.
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	var request [40]byte
	copy(request[:16], device)
	binary.NativeEndian.PutUint16(request[16:], syscall.IFF_TUN|syscall.IFF_NO_PI)
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&request)))
	if errno != 0 {
		return nil, fmt.Errorf("TUNSETIFF: %w", errno)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), device), nil
}

// The namespace's loopback and the device are up, and what comes over it may reach loopback.
func configure() error {
	for _, args := range []string{
		"link set lo up",
		"link set " + device + " up mtu " + fmt.Sprint(mtu) + " txqueuelen 10000",
		"addr add " + own + "/16 dev " + device,
		// Linux's own default, whatever this machine's is: it takes a loss for a full link.
		"route replace 10.213.0.0/16 dev " + device + " src " + own + " congctl cubic",
	} {
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %w: %s", args, err, out)
		}
	}
	for file, value := range map[string]string{
		"conf/" + device + "/route_localnet": "1",
		"conf/all/rp_filter":                 "0",
		"conf/" + device + "/rp_filter":      "0",
		// A connection begins without what an earlier one has learned.
		"tcp_no_metrics_save": "1",
	} {
		if err := os.WriteFile("/proc/sys/net/ipv4/"+file, []byte(value), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

func ip(a [4]byte) string {
	return fmt.Sprintf("%d.%d.%d.%d", a[0], a[1], a[2], a[3])
}

package meridian

import (
	"math/rand/v2"
	"time"
)

const (
	// Attempts to reconnect spread, for all clients of a region lose it together.
	reconnectFirst = 250 * time.Millisecond
	reconnectMost  = 5 * time.Second
	// A move that failed is tried again after this, then after twice as long, and so on.
	moveFirst = 500 * time.Millisecond
	// A server that drains closes its connections within a minute or so: what is not moved until then is reconnected.
	drainMost = 5 * time.Second
	// Credentials that are refused stay so until somebody does something about them.
	moveMost = 30 * time.Second
	// A connection that lasts this long was no failure.
	settledAfter = time.Minute
)

// reconnectDelay is a random part of a time that doubles.
func reconnectDelay(attempts int) time.Duration {
	return time.Duration(rand.Int64N(int64(doubled(reconnectFirst, attempts, reconnectMost))))
}

// pauseBefore is how long to wait between one attempt to move and the next: between half of a time that doubles and all of it.
func pauseBefore(why string, attempts int) time.Duration {
	most := moveMost
	if why == drained {
		most = drainMost
	}
	whole := doubled(moveFirst, attempts-1, most)
	return whole/2 + time.Duration(rand.Int64N(int64(whole/2)))
}

func doubled(first time.Duration, times int, most time.Duration) time.Duration {
	return min(first<<min(max(times, 0), 20), most)
}

// attempts are those to move for one reason.
type attempts struct {
	count      int
	last, next time.Time
}

// made notes one more, and when the next may be.
func (a *attempts) made(pause time.Duration) {
	a.last = time.Now()
	a.next = a.last.Add(pause)
}

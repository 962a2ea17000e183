// The controller of template repositories: for each template that changed it asks for a regeneration, once, wherever its region is.
// It reads CLOUDFLARE_ENDPOINT, and NATS_TOKEN or NATS_CREDS; STREAM, SUBJECTS and REGIONS if it should differ from what is below.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"meridian.example/meridian"
)

// Config is what the controller is started with.
type Config struct {
	CloudflareEndpoint string
	Token, CredsFile   string
	Stream, Subjects   string
	Regions            []string
}

const (
	durable       = "workflow-controller"
	tryFor        = 60 * time.Second
	answersWithin = 5 * time.Second
	ackWait       = 15 * time.Second
	// What is fetched ahead has to be handled in the seconds that a region leaves its clients.
	ahead = 20
	// Who led the consumer and was lost has forgotten what was asked: it is asked anew after this.
	askAgain = 5 * time.Second
)

func main() {
	config := Config{
		CloudflareEndpoint: or("CLOUDFLARE_ENDPOINT", "http://127.0.0.1:8787"),
		Token:              os.Getenv("NATS_TOKEN"),
		CredsFile:          os.Getenv("NATS_CREDS"),
		Stream:             or("STREAM", "GITHUB_EVENTS"),
		Subjects:           or("SUBJECTS", "github"),
		Regions:            strings.FieldsFunc(os.Getenv("REGIONS"), func(r rune) bool { return r == ',' }),
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, config); err != nil {
		log.SetFlags(0)
		log.Fatal(err)
	}
}

func or(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

func run(ctx context.Context, config Config) error {
	edge, err := meridian.FromEndpoint(ctx, config.CloudflareEndpoint, meridian.Options{
		Credentials: credentials(config),
		Regions:     config.Regions,
		Name:        durable,
		Moved:       func(region, why string) { fmt.Printf("at %s: %s\n", region, why) },
		Failed:      func(err error) { fmt.Printf("trouble: %v\n", err) },
	})
	if err != nil {
		return err
	}
	defer edge.Close()
	c := &controller{edge: edge, config: config, over: make(chan error, 1)}
	if err := retry(ctx, c.prepare); err != nil {
		return err
	}
	if err := edge.Serve(c.consume); err != nil {
		return err
	}
	fmt.Println("ready")
	select {
	case <-ctx.Done():
	case err = <-c.over:
	}
	edge.Close()
	fmt.Printf("handled %d events\n", c.handled.Load())
	return err
}

func credentials(config Config) meridian.Credentials {
	switch {
	case config.CredsFile != "":
		return meridian.CredsFile(config.CredsFile)
	case config.Token != "":
		return meridian.Token(config.Token)
	default:
		return nil
	}
}

type controller struct {
	edge    *meridian.Edge
	config  Config
	handled atomic.Int64
	// What no connection mends.
	over chan error
}

// prepare makes the stream and its durable consumer, or finds them.
func (c *controller) prepare() error {
	return c.edge.Do(func(nc *nats.Conn) error {
		ctx, cancel := context.WithTimeout(context.Background(), answersWithin)
		defer cancel()
		js, err := jetstream.New(nc)
		if err != nil {
			return err
		}
		stream, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
			Name:     c.config.Stream,
			Subjects: []string{c.config.Subjects + ".*.template_changed", c.config.Subjects + ".*.workflow_status", c.config.Subjects + ".*.regeneration_requested"},
			Replicas: 3,
		})
		if err != nil {
			return err
		}
		_, err = stream.CreateOrUpdateConsumer(ctx, jetstream.ConsumerConfig{Durable: durable, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait})
		return err
	})
}

// consume goes on where the durable consumer is.
func (c *controller) consume(nc *nats.Conn) (func(), error) {
	ctx, cancel := context.WithTimeout(context.Background(), answersWithin)
	defer cancel()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, err
	}
	consumer, err := js.Consumer(ctx, c.config.Stream, durable)
	if err != nil {
		return nil, err
	}
	consuming, err := consumer.Consume(c.handle, jetstream.PullMaxMessages(ahead), jetstream.PullExpiry(askAgain), jetstream.ConsumeErrHandler(c.consumingFailed))
	if err != nil {
		return nil, err
	}
	return func() {
		consuming.Drain()
		<-consuming.Closed()
	}, nil
}

// consumingFailed ends the program if somebody has deleted its consumer: a new one would begin with the first event of all.
func (c *controller) consumingFailed(_ jetstream.ConsumeContext, err error) {
	if !errors.Is(err, jetstream.ErrConsumerDeleted) {
		return
	}
	select {
	case c.over <- fmt.Errorf("the consumer %s of %s was deleted: start again to follow all events of the stream anew", durable, c.config.Stream):
	default:
	}
}

// handle acknowledges an event once all that follows of it is stored. What fails is delivered again.
func (c *controller) handle(event jetstream.Msg) {
	if err := c.follow(event); err != nil {
		fmt.Printf("failed: %v\n", err)
		_ = event.NakWithDelay(time.Second)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), answersWithin)
	defer cancel()
	if err := event.DoubleAck(ctx); err != nil {
		fmt.Printf("failed: acknowledging: %v\n", err)
		return
	}
	c.handled.Add(1)
}

func (c *controller) follow(event jetstream.Msg) error {
	org, changed := strings.CutSuffix(event.Subject(), ".template_changed")
	if !changed {
		return nil
	}
	// Who knows the templates answers with what has to be made anew.
	var wanted []byte
	if err := c.edge.Do(func(nc *nats.Conn) error {
		reply, err := nc.Request(c.config.Subjects+"-templates", event.Data(), answersWithin)
		if err == nil {
			wanted = reply.Data
		}
		return err
	}); err != nil {
		return fmt.Errorf("asking for the template: %w", err)
	}
	metadata, err := event.Metadata()
	if err != nil {
		return err
	}
	id := fmt.Sprintf("regenerate-%d", metadata.Sequence.Stream)
	return c.publish(&nats.Msg{Subject: org + ".regeneration_requested", Data: wanted}, id)
}

// publish stores a message once: the stream knows it by its id if it comes again.
func (c *controller) publish(message *nats.Msg, id string) error {
	return retry(context.Background(), func() error {
		return c.edge.Do(func(nc *nats.Conn) error {
			ctx, cancel := context.WithTimeout(context.Background(), answersWithin)
			defer cancel()
			js, err := jetstream.New(nc)
			if err != nil {
				return err
			}
			_, err = js.PublishMsg(ctx, message, jetstream.WithMsgID(id))
			return err
		})
	})
}

// retry is for what a stream cannot answer while its servers elect a leader.
func retry(ctx context.Context, something func() error) error {
	ctx, cancel := context.WithTimeout(ctx, tryFor)
	defer cancel()
	for {
		err := something()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

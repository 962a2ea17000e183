// NATS from Go: go run . [address]
package main

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/nats-io/nats.go"
)

func main() {
	server := "ws://127.0.0.1:8787"
	if len(os.Args) > 1 {
		server = os.Args[1]
	}
	nc, err := nats.Connect(server, nats.Token(os.Getenv("NATS_TOKEN")))
	if err != nil {
		log.Fatal(err)
	}
	defer nc.Close()
	fmt.Println("connected to", nc.ConnectedServerName()) // the region: nats-weur

	_, err = nc.Subscribe("examples.go", func(message *nats.Msg) {
		if err := message.Respond([]byte("hello " + string(message.Data))); err != nil {
			log.Print(err)
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	reply, err := nc.Request("examples.go", []byte("from Go"), 5*time.Second)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("reply:", string(reply.Data))
}

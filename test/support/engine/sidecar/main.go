// The part of cloudflare/proxy-everything that workerd uses of it, for tests where no registry can be reached: an HTTP
// proxy on port 39001 that leads to the ports of the container whose network it has.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
)

func main() {
	log.Fatal(http.ListenAndServe(":39001", http.HandlerFunc(serve)))
}

func serve(response http.ResponseWriter, request *http.Request) {
	// PUT /egress and GET /ca are about outbound traffic, which a region does not have.
	if request.Method != http.MethodConnect {
		_, _ = io.Copy(io.Discard, request.Body)
		return
	}
	_, port, err := net.SplitHostPort(request.Host)
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	server, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadRequest)
		return
	}
	client, buffered, err := response.(http.Hijacker).Hijack()
	if err != nil {
		server.Close()
		return
	}
	defer client.Close()
	defer server.Close()
	fmt.Fprint(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(server, buffered)
		_ = server.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(client, server)
}

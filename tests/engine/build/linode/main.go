// Command pulumi-resource-linode stands in for Pulumi's plugin of that name, whose own module no registry has: what it
// asks Linode's API for, when, and what it does when that fails is the real plugin's, as its sources tell, and so is the
// client with its retries (github.com/linode/linodego). docs/engine.md says what is imitated and what is left out.
package main

import (
	"fmt"
	"log"
	"net"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

const largestMessageBytes = 400 << 20

// The engine starts a plugin, reads the port from its standard output and ends it when it is done.
func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(largestMessageBytes))
	pulumirpc.RegisterResourceProviderServer(server, &provider{})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(server.Serve(listener))
}

// Package palate is the client of Palate over gRPC. Every call is a method of Client, with the messages of
// palate/palatev1, which are generated from the .proto files.
package palate

import (
	"context"
	"crypto/tls"
	"net"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"palate/palatev1"
)

// Only what is UNAVAILABLE is tried again: the log counts the same event once, where it has a time.
const retries = `{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s",
	"maxBackoff": "2s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`

const maxMessageBytes = 32 << 20

// Options say who calls, and how it is encrypted.
type Options struct {
	// Key is an API key or a token; it is sent without TLS to this machine only.
	Key string
	// TLS is nil for a connection that is not encrypted; &tls.Config{} trusts what the system trusts.
	TLS *tls.Config
}

// Client has all calls. It is safe for concurrent use.
type Client struct {
	palatev1.IndexServiceClient
	palatev1.RecommendServiceClient
	palatev1.ExplainServiceClient
	palatev1.ModelServiceClient
	palatev1.UserServiceClient
	connection *grpc.ClientConn
}

// Connect makes a client of the server at host:port. Calls connect as they are made; a context with a
// deadline belongs to each.
func Connect(address string, options Options) (*Client, error) {
	dial := []grpc.DialOption{
		grpc.WithDefaultServiceConfig(retries),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(maxMessageBytes), grpc.MaxCallSendMsgSize(maxMessageBytes)),
	}
	if options.TLS != nil {
		dial = append(dial, grpc.WithTransportCredentials(credentials.NewTLS(options.TLS)))
	} else {
		dial = append(dial, grpc.WithInsecure())
	}
	if options.Key != "" {
		dial = append(dial, grpc.WithPerRPCCredentials(key{options.Key, !isHere(address)}))
	}
	connection, err := grpc.Dial(address, dial...)
	if err != nil {
		return nil, err
	}
	return &Client{
		IndexServiceClient:     palatev1.NewIndexServiceClient(connection),
		RecommendServiceClient: palatev1.NewRecommendServiceClient(connection),
		ExplainServiceClient:   palatev1.NewExplainServiceClient(connection),
		ModelServiceClient:     palatev1.NewModelServiceClient(connection),
		UserServiceClient:      palatev1.NewUserServiceClient(connection),
		connection:             connection,
	}, nil
}

// Close ends the connection.
func (client *Client) Close() error {
	return client.connection.Close()
}

// Reason of an error that a call returned, such as ITEM_NOT_FOUND; empty where it is of the network and not
// of Palate.
func Reason(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

type key struct {
	text      string
	needsSafe bool
}

func (key key) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + key.text}, nil
}

func (key key) RequireTransportSecurity() bool {
	return key.needsSafe
}

func isHere(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || (ip != nil && ip.IsLoopback()))
}

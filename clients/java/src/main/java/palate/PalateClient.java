package palate;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import palate.rpc.ErrorInfo;
import palate.v1.ExplainServiceGrpc;
import palate.v1.IndexServiceGrpc;
import palate.v1.ModelServiceGrpc;
import palate.v1.RecommendServiceGrpc;
import palate.v1.UserServiceGrpc;

/**
 * The client of Palate over gRPC: a channel, a key, a deadline for every call, and a stub for each service.
 * Messages and stubs are generated from the .proto files. Safe to share between threads.
 *
 * <pre>{@code
 * try (PalateClient palate = PalateClient.connect("127.0.0.1", 50051, key)) {
 *   palate.recommend().recommend(RecommendRequest.newBuilder().setUserId("u1").setK(5).build());
 * }
 * }</pre>
 */
public final class PalateClient implements AutoCloseable {
  /** Of a call, retries included. */
  public static final long TIMEOUT_MS = 10_000;

  private static final int MAX_MESSAGE_BYTES = 32 * 1024 * 1024;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Only what is UNAVAILABLE is tried again: the log counts the same event once, where it has a time. */
  private static final Map<String, ?> RETRIES =
      Map.of(
          "methodConfig",
          List.of(
              Map.of(
                  "name",
                  List.of(Map.of()),
                  "retryPolicy",
                  Map.of(
                      "maxAttempts", 4.0,
                      "initialBackoff", "0.1s",
                      "maxBackoff", "2s",
                      "backoffMultiplier", 2.0,
                      "retryableStatusCodes", List.of("UNAVAILABLE")))));

  private final ManagedChannel connection;
  private final Channel channel;

  private PalateClient(ManagedChannelBuilder<?> builder, String key) {
    connection =
        builder
            .defaultServiceConfig(RETRIES)
            .enableRetry()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    channel = ClientInterceptors.intercept(connection, new KeyAndDeadline(key));
  }

  /** Over TLS, trusting what Java trusts. The key is an API key or a token. */
  public static PalateClient connect(String host, int port, String key) {
    return new PalateClient(ManagedChannelBuilder.forAddress(host, port), key);
  }

  /** Without TLS, for a server on this machine; an empty key is not sent. */
  public static PalateClient connectInPlainText(String host, int port, String key) {
    return new PalateClient(ManagedChannelBuilder.forAddress(host, port).usePlaintext(), key);
  }

  /** Over a channel that is yet to be built: other authorities, a certificate of one's own, a proxy. */
  public static PalateClient over(ManagedChannelBuilder<?> builder, String key) {
    return new PalateClient(builder, key);
  }

  /** Items and events. */
  public IndexServiceGrpc.IndexServiceBlockingStub index() {
    return IndexServiceGrpc.newBlockingStub(channel);
  }

  /** Lists. */
  public RecommendServiceGrpc.RecommendServiceBlockingStub recommend() {
    return RecommendServiceGrpc.newBlockingStub(channel);
  }

  /** Reasons and tastes. */
  public ExplainServiceGrpc.ExplainServiceBlockingStub explain() {
    return ExplainServiceGrpc.newBlockingStub(channel);
  }

  /** Models and trainings. A training needs a deadline of its own: {@code withDeadlineAfter}. */
  public ModelServiceGrpc.ModelServiceBlockingStub model() {
    return ModelServiceGrpc.newBlockingStub(channel);
  }

  /** What is stored about people. */
  public UserServiceGrpc.UserServiceBlockingStub user() {
    return UserServiceGrpc.newBlockingStub(channel);
  }

  /** Such as ITEM_NOT_FOUND; empty where the error is of the network and not of Palate. */
  public static String reasonOf(StatusRuntimeException error) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    if (status == null) {
      return "";
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return detail.unpack(ErrorInfo.class).getReason();
        } catch (InvalidProtocolBufferException unreadable) {
          return "";
        }
      }
    }
    return "";
  }

  /** Ends the connection; calls under way have a second to end. */
  @Override
  public void close() throws InterruptedException {
    connection.shutdown();
    if (!connection.awaitTermination(1, TimeUnit.SECONDS)) {
      connection.shutdownNow();
    }
  }

  private static final class KeyAndDeadline implements ClientInterceptor {
    private final String key;

    KeyAndDeadline(String key) {
      this.key = key;
    }

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      CallOptions timed =
          options.getDeadline() == null
              ? options.withDeadlineAfter(TIMEOUT_MS, TimeUnit.MILLISECONDS)
              : options;
      return new ForwardingClientCall.SimpleForwardingClientCall<Q, A>(
          next.newCall(method, timed)) {
        @Override
        public void start(Listener<A> listener, Metadata headers) {
          if (!key.isEmpty()) {
            headers.put(AUTHORIZATION, "Bearer " + key);
          }
          super.start(listener, headers);
        }
      };
    }
  }
}

import io.grpc.Grpc;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.io.IOException;
import java.util.List;
import palate.PalateClient;
import palate.v1.Event;
import palate.v1.IndexItemsRequest;
import palate.v1.IndexItemsResponse;
import palate.v1.Item;
import palate.v1.RecommendRequest;
import palate.v1.RecordEventsRequest;
import palate.v1.ScoredItem;

/** Index a few things, tell what somebody did, ask what they might like and why. */
public final class Shop {
  private static final List<Item> SHOP =
      List.of(
          item("tent", "Two-person tent", "Camping", 189),
          item("stove", "Gas stove", "Camping", 45),
          item("bag", "Down sleeping bag", "Camping", 240),
          item("lamp", "Head lamp", "Camping", 30),
          item("mat", "Sleeping mat", "Camping", 60),
          item("novel", "A novel about rain", "Books", 12),
          item("atlas", "Atlas of rivers", "Books", 35),
          item("poems", "Poems for the road", "Books", 9));

  public static void main(String[] arguments) throws Exception {
    String[] address = System.getenv().getOrDefault("PALATE_ADDRESS", "127.0.0.1:50051").split(":");
    String key = System.getenv().getOrDefault("PALATE_KEY", "");
    ManagedChannelBuilder<?> server = server(address[0], Integer.parseInt(address[1]));
    try (PalateClient palate = PalateClient.over(server, key)) {
      IndexItemsResponse indexed =
          palate.index().indexItems(IndexItemsRequest.newBuilder().addAllItems(SHOP).build());
      int stored = indexed.getIndexed() + indexed.getSkipped();
      System.out.println(stored + " items " + indexed.getFailedList());

      RecordEventsRequest.Builder bought = RecordEventsRequest.newBuilder();
      for (String id : List.of("tent", "stove", "mat")) {
        bought.addEvents(
            Event.newBuilder().setUserId("ada").setItemId(id).setEventType("purchase"));
      }
      palate.index().recordEvents(bought.build());

      RecommendRequest.Builder ada = RecommendRequest.newBuilder().setUserId("ada");
      RecommendRequest wanted = ada.setK(3).setFilter("price < 300").setExplain(true).build();
      for (ScoredItem one : palate.recommend().recommend(wanted).getResultsList()) {
        System.out.println(one.getRank() + ". " + one.getItem().getTitle() + ": " + one.getReason());
      }

      try {
        palate.recommend().recommend(ada.setFilter("price <").build());
      } catch (StatusRuntimeException error) {
        System.out.println(
            PalateClient.reasonOf(error) + ": " + error.getStatus().getDescription());
      }
    }
  }

  /** Trusting the authorities of the file PALATE_CA; without one, without TLS. */
  private static ManagedChannelBuilder<?> server(String host, int port) throws IOException {
    String authorities = System.getenv("PALATE_CA");
    if (authorities == null) {
      return ManagedChannelBuilder.forAddress(host, port).usePlaintext();
    }
    return Grpc.newChannelBuilderForAddress(
        host, port, TlsChannelCredentials.newBuilder().trustManager(new File(authorities)).build());
  }

  private static Item item(String id, String title, String category, double price) {
    return Item.newBuilder()
        .setItemId(id)
        .setTitle(title)
        .addCategories(category)
        .setPrice(price)
        .build();
  }
}

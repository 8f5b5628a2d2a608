// Index a few things, tell what somebody did, ask what they might like and why.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/protobuf/proto"

	"palate"
	"palate/palatev1"
)

func item(id, title, category string, price float64) *palatev1.Item {
	return &palatev1.Item{ItemId: id, Title: title, Categories: []string{category}, Price: proto.Float64(price)}
}

// The authorities of the file PALATE_CA; without one the server is asked without TLS.
func trusted() *tls.Config {
	file := os.Getenv("PALATE_CA")
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: authorities}
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	client, err := palate.Connect(os.Getenv("PALATE_ADDRESS"), palate.Options{
		Key: os.Getenv("PALATE_KEY"), TLS: trusted()})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	indexed, err := client.IndexItems(ctx, &palatev1.IndexItemsRequest{Items: []*palatev1.Item{
		item("tent", "Two-person tent", "Camping", 189),
		item("stove", "Gas stove", "Camping", 45),
		item("bag", "Down sleeping bag", "Camping", 240),
		item("lamp", "Head lamp", "Camping", 30),
		item("mat", "Sleeping mat", "Camping", 60),
		item("novel", "A novel about rain", "Books", 12),
		item("atlas", "Atlas of rivers", "Books", 35),
		item("poems", "Poems for the road", "Books", 9),
	}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(indexed.GetIndexed()+indexed.GetSkipped(), "items", indexed.GetFailed())

	var events []*palatev1.Event
	for _, bought := range []string{"tent", "stove", "mat"} {
		events = append(events, &palatev1.Event{UserId: "ada", ItemId: bought, EventType: "purchase"})
	}
	if _, err := client.RecordEvents(ctx, &palatev1.RecordEventsRequest{Events: events}); err != nil {
		log.Fatal(err)
	}

	answer, err := client.Recommend(ctx, &palatev1.RecommendRequest{
		UserId: "ada", K: 3, Filter: "price < 300", Explain: true})
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range answer.GetResults() {
		fmt.Printf("%d. %s: %s\n", result.GetRank(), result.GetItem().GetTitle(), result.GetReason())
	}

	_, err = client.Recommend(ctx, &palatev1.RecommendRequest{UserId: "ada", Filter: "price <"})
	fmt.Println(palate.Reason(err) + ": " + err.Error())
}

"""Contents and seconds add up by modality."""

from indexer.indexing.throughput import Encoded, Throughput


def test_calls_of_an_encoder_add_up() -> None:
    throughput = Throughput()
    throughput.add("text", 3, 0.5)
    throughput.add("text", 1, 0.25)
    throughput.add("image", 2, 4.0)
    assert throughput.by_modality() == {"text": Encoded(4, 0.75), "image": Encoded(2, 4.0)}

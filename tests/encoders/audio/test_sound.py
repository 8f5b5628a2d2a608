"""Files of sound come out mono, finite and within full scale, and anything else is one clear error."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoders.audio import sound
from encoders.audio.sound import MAX_SECONDS, Sound, open_sound
from encoders.errors import AudioError, EncoderUnavailable
from tests.tones import RATE_HZ, encoded, tone, wav


def pitch(heard: Sound) -> float:
    """The loudest frequency in Hz."""
    loudness = np.abs(np.fft.rfft(heard.samples))
    return float(np.fft.rfftfreq(len(heard.samples), 1 / heard.rate)[loudness.argmax()])


@pytest.mark.parametrize(
    "format", ["WAV", "FLAC", "OGG", "MP3", "AIFF", "AU", "CAF", "W64", "RF64"]
)
def test_formats_are_read_from_files_and_from_bytes(format: str, tmp_path: Path) -> None:
    content = encoded(tone(440), format)
    (tmp_path / "tone").write_bytes(content)
    for source in (content, tmp_path / "tone", str(tmp_path / "tone")):
        heard = open_sound(source)
        assert heard.rate == RATE_HZ
        assert heard.samples.dtype == np.float32
        assert heard.seconds == pytest.approx(0.5, abs=0.08)  # MP3 and OGG come in frames
        assert pitch(heard) == pytest.approx(440, abs=2)


def test_lossless_samples_arrive_as_they_were() -> None:
    np.testing.assert_allclose(
        open_sound(encoded(tone(300), subtype="FLOAT")).samples, tone(300), atol=1e-7
    )
    np.testing.assert_allclose(
        open_sound(encoded(tone(300), "FLAC")).samples, tone(300), atol=1 / 32_768
    )


def test_channels_become_their_mean() -> None:
    left, right = tone(300), tone(300) * 0.2
    heard = open_sound(encoded(np.stack([left, right], axis=1), subtype="FLOAT"))
    np.testing.assert_allclose(heard.samples, 0.6 * left, atol=1e-7)


def test_only_the_beginning_is_read() -> None:
    low, high = tone(200, 1.0), tone(2_000, 1.0)
    heard = open_sound(encoded(np.concatenate([low, high])), max_seconds=1.0)
    assert (heard.seconds, pitch(heard)) == (1.0, 200.0)
    assert MAX_SECONDS == 120


def test_of_many_samples_a_second_fewer_seconds_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "MAX_FRAMES", 1_000)
    assert len(open_sound(encoded(tone(440))).samples) == 1_000


def test_what_is_louder_than_full_scale_is_scaled_down_as_a_whole() -> None:
    heard = open_sound(encoded(tone(300) * 1e30, subtype="FLOAT"))
    np.testing.assert_allclose(heard.samples, tone(300) / tone(300).max(), atol=1e-4)


def wav_header(rate: int, channels: int, data: bytes) -> bytes:
    """A WAV of 16 bits a sample whose header says so."""
    fields = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16
    )
    body = b"WAVE" + fields + struct.pack("<4sI", b"data", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty; give a WAV"),
        (b"no sound at all", "cannot be decoded: .*; give a WAV"),
        (wav(440)[:30], "cannot be decoded"),
        (wav(440)[:44], "holds no sound"),
        (
            encoded(np.full(99, np.nan, np.float32), subtype="FLOAT"),
            "holds NaN or infinity; write it anew",
        ),
        (encoded(np.full(99, np.inf, np.float32), subtype="FLOAT"), "holds NaN or infinity"),
        (encoded(tone(440), "MAT5"), "is MAT5, which is not read; give a WAV"),
        (wav_header(500, 1, b"\1\1" * 99), "has 500 samples per second; 1,000 to 192,000 are read"),
        (wav_header(2_000_000, 1, b"\1\1" * 99), "has 2,000,000 samples per second"),
        (wav_header(8_000, 40, b"\1\1" * 400), "has 40 channels; at most 32 are read"),
    ],
)
def test_what_cannot_be_heard_says_why(content: bytes, why: str) -> None:
    with pytest.raises(AudioError, match=why) as caught:
        open_sound(content, label="songs/1.wav")
    assert str(caught.value).startswith("audio 'songs/1.wav' ")
    assert caught.value.metadata["audio"] == "songs/1.wav"


def test_where_a_broken_file_lies_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "1.wav").write_bytes(b"la la la")
    with pytest.raises(AudioError) as caught:
        open_sound(tmp_path / "1.wav", label="songs/1.wav")
    assert str(caught.value).startswith(
        "audio 'songs/1.wav' cannot be decoded: Format not recognised; give a WAV"
    )


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"gone\.wav' does not exist; check the path"):
        open_sound(tmp_path / "gone.wav")
    with pytest.raises(AudioError, match="is not a file"):
        open_sound(tmp_path)
    (tmp_path / "1.raw").write_bytes(wav(440))
    with pytest.raises(AudioError, match="cannot be decoded"):
        open_sound(tmp_path / "1.raw")


def test_a_file_that_was_cut_off_gives_what_is_there() -> None:
    heard = open_sound(wav(440)[: 44 + 2 * RATE_HZ // 4])
    assert (heard.seconds, pitch(heard)) == (0.25, 440.0)


@given(st.integers(0, 10**9), st.binary(max_size=8))
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_are_heard_or_refused_and_nothing_else(at: int, damage: bytes) -> None:
    content = bytearray(encoded(tone(440, 0.05), "FLAC" if at % 2 else "OGG"))
    place = at % len(content)
    content[place : place + len(damage)] = damage
    try:
        heard = open_sound(bytes(content))
    except AudioError:
        return
    assert np.isfinite(heard.samples).all()
    assert 0 < len(heard.samples) <= MAX_SECONDS * heard.rate


def test_without_soundfile_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "find_spec", lambda _: None)
    with pytest.raises(EncoderUnavailable, match=r"pip install 'palate\[audio\]'"):
        open_sound(wav(440))

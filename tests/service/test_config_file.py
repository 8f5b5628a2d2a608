"""Settings come from arguments, environment and file, in that order, and a mistake is one clear
line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.catalog.event import EventKind, EventPolicy, Outcome
from service.config import EncoderSettings, ExplainSettings, ServerSettings, Settings
from service.config_file import load_settings
from service.errors import ConfigError


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("PALATE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _write(folder: Path, text: str) -> Path:
    path = folder / "palate.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert settings.data == Path("palate-data")
    assert settings.server.address == "127.0.0.1:50051"
    assert settings.server.max_message_bytes == 33_554_432
    assert (settings.server.max_items_per_call, settings.server.max_events_per_call) == (
        1_000,
        10_000,
    )
    assert settings.store.kind == "edge"
    assert settings.encoders == EncoderSettings(text="bundled", image="bundled")


def test_the_file_in_the_data_folder_is_read(tmp_path: Path) -> None:
    _write(tmp_path, '[server]\naddress = "0.0.0.0:9000"\n[explain]\nlanguage = "zh"\n')
    settings = load_settings(data=tmp_path)
    assert settings.server == ServerSettings(address="0.0.0.0:9000")
    assert settings.explain == ExplainSettings(language="zh")


def test_argument_beats_environment_beats_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, '[server]\naddress = "a:1"\nworkers = 1\nmax_waiting = 1\n')
    monkeypatch.setenv("PALATE_SERVER__ADDRESS", "b:2")
    monkeypatch.setenv("PALATE_SERVER__WORKERS", "2")
    server = load_settings(data=tmp_path, overrides={"server": {"address": "c:3"}}).server
    assert (server.address, server.workers, server.max_waiting) == ("c:3", 2, 1)


def test_the_data_folder_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, "[server]\nworkers = 7\n")
    monkeypatch.setenv("PALATE_DATA", str(tmp_path))
    settings = load_settings()
    assert (settings.data, settings.server.workers) == (tmp_path, 7)


def test_a_named_file_may_name_the_data_folder(tmp_path: Path) -> None:
    config = tmp_path / "elsewhere.toml"
    config.write_text('data = "/srv/palate"\n', encoding="utf-8")
    assert load_settings(config=config).data == Path("/srv/palate")
    assert load_settings(config=config, data=tmp_path).data == tmp_path


def test_the_log_is_a_file_in_the_data_folder_unless_a_url_is_set(tmp_path: Path) -> None:
    assert Settings(data=tmp_path).log_url == f"sqlite:///{tmp_path}/log.db"
    assert (
        load_settings(overrides={"log": {"url": "postgresql://db/palate"}}).log_url
        == "postgresql://db/palate"
    )


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ('[server]\nadress = "x"\n', ["unknown field server.adress", "address", "max_waiting"]),
        ("[serve]\nworkers = 2\n", ["unknown field serve;", "server", "encoders"]),
        (
            "[events.kinds.share]\nweight = 1\nseen = true\ncolour = 1\n",
            ["unknown field events.kinds.share.colour"],
        ),
        ("[server]\nworkers = 0\n", ["server.workers", "greater than or equal to 1", "0"]),
        ('[server]\nworkers = "many"\n', ["server.workers", "integer", "'many'"]),
        ("[events]\nrating_negative_below = nan\n", ["events.rating_negative_below", "finite"]),
        ('[store]\nkind = "cloud"\n', ["store.kind", "'edge' or 'qdrant'", "'cloud'"]),
        ('[store]\nkind = "qdrant"\n', ["store", "needs url"]),
        ('[explain]\nlanguage = "fr"\n', ["explain.language", "'fr'"]),
        ("[events.kinds.share]\nseen = true\n", ["events.kinds.share.weight", "required"]),
        ('[server]\naddress = "nowhere"\n', ["server.address", "host:port", "'nowhere'"]),
        (
            "[events.kinds.'Add To Cart']\nweight = 1\nseen = true\n",
            ["events.kinds", "Add To Cart", "lower case"],
        ),
        (
            '[explain.openai]\nbase_url = "localhost:8000"\n',
            ["explain.openai.base_url", "http or https address"],
        ),
        (
            '[explain.openai]\napi_key = "sk-1"\n',
            ["unknown field explain.openai.api_key", "base_url"],
        ),
        ("[server\n", ["palate.toml", "not TOML", "line 1"]),
    ],
)
def test_a_mistake_in_the_file_is_one_line_with_field_and_value(
    tmp_path: Path, toml: str, named: list[str]
) -> None:
    _write(tmp_path, toml)
    with pytest.raises(ConfigError) as caught:
        load_settings(data=tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path / "palate.toml") in message
    assert all(part in message for part in named), message


def test_several_mistakes_are_all_named(tmp_path: Path) -> None:
    _write(tmp_path, "[server]\nworkers = 0\nmax_waiting = -1\n")
    with pytest.raises(ConfigError, match=r"server\.workers.*; server\.max_waiting"):
        load_settings(data=tmp_path)


def test_a_file_that_is_not_utf8_or_not_there_is_said(tmp_path: Path) -> None:
    path = tmp_path / "palate.toml"
    path.write_bytes(b'data = "\xff"\n')
    with pytest.raises(ConfigError, match=r"palate\.toml is not UTF-8 \(byte 8\)"):
        load_settings(data=tmp_path)
    with pytest.raises(ConfigError, match=r"none\.toml does not exist"):
        load_settings(config=tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        (
            "PALATE_SERVR__ADDRESS",
            "x:1",
            "PALATE_SERVR__ADDRESS: unknown section 'servr'; known: access, data, encoders",
        ),
        ("PALATE_SERVER__ADRESS", "x:1", "unknown field server.adress; known here: address"),
        ("PALATE_SERVER__WORKERS", "two", "server.workers"),
        ("PALATE_EVENTS__KINDS", "{", "JSON"),
    ],
)
def test_a_mistake_in_the_environment_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert named in str(caught.value)


def test_the_key_of_the_endpoint_comes_from_the_environment_and_shows_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_OPENAI_API_KEY", "sk-4711")
    settings = load_settings()
    assert settings.openai_api_key.get_secret_value() == "sk-4711"
    assert (
        "4711"
        not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    )


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ('openai_api_key = "sk-4711"\n', ""),
        ("openai_api_key = 4711\n", ""),
        ('[explain.openai]\nbase_url = "https://me:sk-4711@cloud.example/v1"\n', ""),
        ('[explain.openai]\nbase_url = "https://cloud.example/v1?key=sk-4711"\n', ""),
        ("", "sk 4711"),
        ("", "sk-4711\r\nX-Other: 1"),
        ("", "sk-4711…"),
    ],
)
def test_a_key_in_the_wrong_place_or_form_is_refused_without_repeating_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toml: str, key: str
) -> None:
    _write(tmp_path, toml)
    monkeypatch.setenv("PALATE_OPENAI_API_KEY", key)
    with pytest.raises(ConfigError, match="PALATE_OPENAI_API_KEY") as caught:
        load_settings(data=tmp_path)
    assert "4711" not in str(caught.value)


def test_variables_that_kubernetes_sets_for_a_service_called_palate_do_no_harm(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PALATE_PORT", "tcp://10.0.0.1:50051")
    monkeypatch.setenv("PALATE_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("PALATE_PORT_50051_TCP_ADDR", "10.0.0.1")
    assert load_settings() == Settings()


def test_aspects_are_named_by_domain(tmp_path: Path) -> None:
    _write(tmp_path, '[enrich.aspects.films]\nmood = "how it feels"\n[enrich]\nparallel = 2\n')
    enrich = load_settings(data=tmp_path).enrich
    assert (enrich.aspects, enrich.parallel) == ({"films": {"mood": "how it feels"}}, 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "0 aspects; 1 to 20"),
        ('Mood = "x"', "'Mood' of 'films' must be one word in lower case"),
        ('mood = " "', "'mood' of 'films' needs its meaning"),
        (f'mood = "{"x" * 301}"', "in at most 300 characters"),
        ("\n".join(f'a{i} = "x"' for i in range(21)), "21 aspects"),
    ],
)
def test_aspects_that_cannot_be_asked_for_are_refused(tmp_path: Path, line: str, said: str) -> None:
    _write(tmp_path, f"[enrich.aspects.films]\n{line}\n")
    with pytest.raises(ConfigError, match=r"enrich\.aspects: ") as caught:
        load_settings(data=tmp_path)
    assert said in str(caught.value)


def test_event_kinds_are_added_to_the_built_in_table(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "[events]\nrating_negative_below = 3.0\n[events.kinds.share]\nweight = 0.8\nseen = false\n",
    )
    policy = load_settings(data=tmp_path).events.policy()
    assert policy.of_type("share") == EventKind(
        weight=0.8, seen=False, trains=True, outcome=Outcome.CLICK
    )
    assert policy.of_type("like") == EventPolicy().of_type("like")
    assert policy.rating_negative_below == 3.0


def test_a_file_that_names_sounds_and_no_pictures_means_no_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path, '[encoders]\naudio = "mine"\n')
    assert load_settings(data=tmp_path).encoders == EncoderSettings(image="none", audio="mine")
    monkeypatch.setenv("PALATE_ENCODERS__IMAGE", "bundled")
    both = load_settings(data=tmp_path).encoder_names
    assert both == {"text": "bundled", "image": "bundled", "audio": "mine"}
    monkeypatch.setenv("PALATE_ENCODERS__AUDIO", "none")
    assert load_settings(data=tmp_path).encoders == EncoderSettings()


def test_an_encoder_of_no_modality_is_an_unknown_field(tmp_path: Path) -> None:
    _write(tmp_path, '[encoders]\nvidoe = "mine"\n')
    with pytest.raises(
        ConfigError,
        match=r"unknown field encoders\.vidoe; known here: audio, backend, image, text$",
    ):
        load_settings(data=tmp_path)


def test_a_file_in_the_place_of_the_data_folder_is_named(tmp_path: Path) -> None:
    file = tmp_path / "items.csv"
    file.touch()
    config = tmp_path / "p.toml"
    config.write_text(f'data = "{file}"')
    for data in (file, file / "deeper"):
        with pytest.raises(ConfigError, match=f"{file} is a file; name a folder with --data"):
            load_settings(data)
    with pytest.raises(ConfigError, match="is a file"):
        load_settings(config=config)

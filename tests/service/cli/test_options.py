"""Values of options: what is taken, what is refused and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from service.cli.options import MAX_K, Domains, K, Language, count, language, local, several, share

asking = typer.Typer()


@asking.command()
def asked(k: K = 0, domain: Domains = [], lang: Language = "") -> object:  # noqa: B006
    """What a command is given that has some of the shared options."""
    return k, domain, lang


def test_a_share_is_a_number_within_its_bounds() -> None:
    assert [share(text) for text in ("0", "0.25", "1")] == [0.0, 0.25, 1.0]
    assert share("5", 1, 10) == 5.0


@pytest.mark.parametrize("text", ["", "much", "nan", "inf", "-0.1", "1.01"])
def test_a_share_beyond_its_bounds_is_refused_with_them(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=rf"^{text!r} is not a number from 0 to 1\.$"):
        share(text)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "1e3", "²", "ten", "9" * 5_000])
def test_a_count_is_a_whole_number(text: str) -> None:
    assert (count("0"), count("0012")) == (0, 12)
    with pytest.raises(typer.BadParameter, match="is not a whole number"):
        count(text)


def test_several_values_may_be_repeated_or_listed_and_count_once() -> None:
    assert several(["3,1", " 2 ", "1, 4"], count) == [3, 1, 2, 4]
    assert several([], count) == []
    with pytest.raises(typer.BadParameter, match="'' is not a whole number"):
        several(["1,,2"], count)


def test_a_language_is_one_there_are_words_of_or_the_configured_one() -> None:
    assert [language(text) for text in ("", "en", "zh")] == ["", "en", "zh"]
    with pytest.raises(typer.BadParameter, match=r"^'fr' is not a language .*: en or zh\.$"):
        language("fr")


def test_a_command_takes_the_options_and_refuses_what_is_beyond_them() -> None:
    def given(*arguments: object) -> object:
        return asking([str(argument) for argument in arguments], standalone_mode=False)

    assert given("-k", MAX_K, "-d", "books", "--domain", "films", "--lang", "zh") == (
        MAX_K,
        ["books", "films"],
        "zh",
    )
    for wrong in (("-k", MAX_K + 1), ("-k", -1), ("--lang", "fr")):
        with pytest.raises(typer.BadParameter) as refused:
            given(*wrong)
        assert str(wrong[0]) in refused.value.format_message()


@pytest.mark.parametrize("address", ["ftp://host/a.csv", "s3://bucket", "https://host/a b.csv"])
def test_an_address_is_no_path_of_this_machine(address: str) -> None:
    for given in (Path(address), [Path("items.jsonl"), Path(address)]):
        with pytest.raises(
            typer.BadParameter, match=rf"^{address}: \w+:// is not read, .* fetch it"
        ):
            local(given)


def test_paths_are_taken_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd:").mkdir()
    for path in (Path("C:/items.csv"), Path("a/b:c"), Path("odd:/"), None):
        assert local(path) is path

from __future__ import annotations

from service.wishes.lexicon.tokens import is_ideograph, tokens


def test_case_accents_apostrophes_and_signs_make_no_difference() -> None:
    assert tokens("L'ÉTÉ — Rock’n’Roll!") == tokens("lete rocknroll")


def test_signs_of_scripts_without_spaces_are_tokens_each() -> None:
    assert tokens("红色dress") == ("红", "色", "dress")
    assert is_ideograph("红")
    assert not is_ideograph("d")


def test_a_possessive_is_the_word_itself() -> None:
    assert tokens("Children's films, children’s") == ("children", "films", "children")


def test_full_width_digits_are_digits() -> None:
    assert tokens("１９８０") == ("1980",)

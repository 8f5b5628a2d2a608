"""The turns of a conversation as a terminal shows them: the words, and the list with its reasons.

Knows no commands; `service.dialogue` knows no terminal.
"""

from __future__ import annotations

from collections.abc import Sequence

from indexer.catalog.item import Item
from service.api.messages import ScoredItem
from service.cli import output, pictures
from service.dialogue.languages.loading import language_of
from service.explainer.text import MAX_NAME_CHARACTERS, clean

MOST_CATEGORIES = 5


def show(words: str, results: Sequence[ScoredItem], language: str) -> None:
    """The words, and the results as a table."""
    output.say(words)
    if not results:
        return
    rows = [_cells(result, language) for result in results]
    kept = [place for place in range(len(rows[0])) if any(row[place] for row in rows)]
    output.grid([[row[place] for place in kept] for row in rows])
    pictures.show((f"{result.rank}.", result.item) for result in results)


def lines(words: str, results: Sequence[ScoredItem], language: str) -> list[str]:
    """The same as plain lines, one for each result, and then one for each picture or sound."""
    rows = (filter(None, _cells(result, language)) for result in results)
    listed = [f"{number} {' | '.join(cells)}" for number, *cells in rows]
    shown = [
        f"{result.rank}. {place}" for result in results for place in pictures.places(result.item)
    ]
    return [*words.splitlines(), *listed, *shown]


def _cells(result: ScoredItem, language: str) -> list[str]:
    """Rank, title, categories and year, price, reason."""
    item = result.item
    price = ""
    if item.price is not None:
        price = language_of(language).sentences.price.format(n=f"{item.price:g}")
    about = ", ".join([*map(clean, item.categories[:MOST_CATEGORIES]), *_year(item)])
    title = clean(item.title or item.item_id, MAX_NAME_CHARACTERS)
    return [f"{result.rank}.", title, about, price, result.reason]


def _year(item: Item) -> list[str]:
    """Where there is one, and the title does not say it."""
    year = item.attributes.get("year")
    if not isinstance(year, int | float | str) or isinstance(year, bool):
        return []
    said = f"{year:g}" if isinstance(year, int | float) else clean(year)
    return [] if said in item.title else [said]

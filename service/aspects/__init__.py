"""Aspects: what a language model says of items, such as their mood; kept, and used as its word only.

- `schema`: which aspects items have, by domain.
- `content`: what of an item is read, and the hash that its aspects are kept by.
- `prompt`, `answer`, `values`: what is asked, and what is taken of the answer.
- `tasks`, `describer`, `enrichment`: a catalogue, item by item, within a budget.
- `reading`: what was said of an item, for whoever uses it; `overview`: of how many, and what is stale.

It does not know which model is asked, nor what aspects are used for.
"""

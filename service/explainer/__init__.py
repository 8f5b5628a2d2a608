"""Explainer: why an item was recommended, and what a user's taste is; first facts, then words.

- `evidence`: the facts that may be told.
- `attribution`: facts about a result, weighted by counterfactual scores.
- `taste`: facts about a user's taste.
- `languages`: the words, one folder for each language.
- `template`: sentences from facts and words.
- `verify`: whether a text says no more than its facts.
- `writers`: everything that writes, and the rule that only verified text leaves.

It does not know the ranker, the catalogue or gRPC.
"""

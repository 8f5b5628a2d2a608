"""Explainer: facts, then words. Why an item was recommended, said only as far as the evidence goes."""

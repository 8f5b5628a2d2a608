"""Sentences with their meaning in English, by which it is found whether a text encoder reads a
language.

Most encoders give some vector for any text. One that reads a language puts a sentence nearer to its
translation than to others. Knows no wishes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from service.ranker.data.arrays import FloatArray

SAMPLES: Mapping[str, Sequence[tuple[str, str]]] = {
    "zh": (
        ("A dog runs through the park.", "一只狗跑过公园。"),
        ("She paid for the new computer.", "她付了新电脑的钱。"),
        ("The soup is too hot to eat.", "汤太烫了，不能喝。"),
        ("They sailed across the ocean in a storm.", "他们在暴风雨中横渡大洋。"),
        ("My grandmother plays the piano.", "我的祖母弹钢琴。"),
        ("The judge sent the thief to prison.", "法官把小偷送进了监狱。"),
    )
}
"""By code of the language. Of English none: every text encoder here reads it."""
LEAST_MARGIN = 0.2
"""How much nearer translations must be than other sentences are, in cosine."""


def reads(encode: Callable[[Sequence[str]], FloatArray], code: str) -> bool:
    """Whether an encoder, which gives (n, dim) unit rows, reads a language."""
    samples = SAMPLES.get(code, ())
    if not samples:
        return True
    english, others = zip(*samples, strict=True)
    cosines = encode(list(english)) @ encode(list(others)).T  # (n, n)
    n = len(samples)
    translated = float(np.trace(cosines)) / n
    apart = (float(cosines.sum()) - n * translated) / (n * (n - 1))
    return translated - apart >= LEAST_MARGIN

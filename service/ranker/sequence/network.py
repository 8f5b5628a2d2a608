"""The first stage as it serves: `SequenceModel` in NumPy. Arrays in, arrays out; read bottom-up.

Legend: B histories, T steps, P shared steps, D width, d = D / heads. Computes what the module of
`service.ranker.sequence.model` does without dropout, and only what is asked for: the state after the
newest step. Knows no ids and no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.layers import (
    Linear,
    Norm,
    Weights,
    check_shapes,
    gelu,
    served_map,
    softmax,
    under,
)
from service.ranker.sequence.item_fusion import ItemFusion
from service.ranker.sequence.shape import TIME_SPANS, ModelShape

_LONG_AGO = 1 - 2**31
"""Seconds before the newest event beyond which moments are not told apart."""


class Steps(NamedTuple):
    """B histories of T steps, padded at the left."""

    vectors: FloatArray
    """(B, T, D) of the items."""
    event_types: IntArray
    """(B, T)"""
    times: NDArray[np.float64]
    """(B, T) in seconds."""
    present: BoolArray
    """(B, T)"""


class Heads(NamedTuple):
    """What the heads of one block see of some steps, (B, heads, T, d) each."""

    queries: FloatArray
    keys: FloatArray
    values: FloatArray


class Block(NamedTuple):
    """Pre-norm causal self-attention and a feed-forward layer."""

    n_heads: int
    norm_attention: Norm
    qkv: Linear
    out: Linear
    norm_mlp: Norm
    widen: Linear
    narrow: Linear

    @classmethod
    def of(cls, weights: Weights, name: str, n_heads: int) -> Self:
        return cls(
            n_heads,
            Norm.of(weights, f"{name}.norm_attention"),
            Linear.of(weights, f"{name}.qkv"),
            Linear.of(weights, f"{name}.out"),
            Norm.of(weights, f"{name}.norm_mlp"),
            Linear.of(weights, f"{name}.mlp.0"),
            Linear.of(weights, f"{name}.mlp.2"),
        )

    def __call__(
        self, x: FloatArray, bias: FloatArray, newest: bool = False, before: Heads | None = None
    ) -> FloatArray:
        """x (B, T, D), bias of the attention (B, heads, T, T) -> (B, T, D); of the `newest` step
        alone (B, 1, D).

        With P steps `before` all of x, of one history, the bias is (B, heads, T, P + T).
        """
        own = self.heads(x)
        if newest:
            x, bias = x[:, -1:], bias[:, :, -1:]
            own = own._replace(queries=own.queries[:, :, -1:])
        mixed = _attended(own, bias) if before is None else _attended_after(before, own, bias)
        joined = mixed.transpose(0, 2, 1, 3).reshape(x.shape)  # (B, heads, T, d) -> (B, T, D)
        x = x + self.out(joined)
        x += self.narrow(gelu(self.widen(self.norm_mlp(x))))
        return x

    def heads(self, x: FloatArray) -> Heads:
        """(B, T, D) seen by the heads."""
        B, T, D = x.shape
        qkv = self.qkv(self.norm_attention(x)).reshape(B, T, 3, self.n_heads, D // self.n_heads)
        return Heads(*qkv.transpose(2, 0, 3, 1, 4))  # (3, B, heads, T, d)


class SequenceNetwork:
    """Fused item vectors -> a vector whose dot product with an item's vector is its next-event
    logit. Safe to share between threads."""

    def __init__(self, config: RankerConfig, shape: ModelShape, weights: Weights) -> None:
        """`weights` of a `SequenceModel` of this configuration; ValueError for others. They are kept
        and not copied."""
        check_shapes(weights, shapes_of(config, shape))
        self.shape, self.weights = shape, weights
        self.items = ItemFusion(under(weights, "items."), config, shape)
        self._position = weights["position.weight"]
        self._event_type = weights["event_type.weight"]
        never = np.full((1, config.n_heads), -np.inf, np.float32)
        self._span_biases = np.concatenate([weights["time_span.weight"], never])
        """(TIME_SPANS + 1, heads), the last of what is not to be seen."""
        self._blocks = [
            Block.of(weights, f"blocks.{place}", config.n_heads) for place in range(config.n_blocks)
        ]
        self._norm = Norm.of(weights, "norm")
        self._tasks = (
            served_map(weights["tasks.maps"], shape.task_shares) if shape.task_shares else None
        )

    def newest(self, steps: Steps) -> FloatArray:
        """What is served after the last step, (B, D): the last block does not work on the others."""
        x = self._embedded(steps)
        bias = self._bias(steps.times, steps.times, _visible(steps.present))
        for place, block in enumerate(self._blocks, start=1):
            x = block(x, bias, newest=place == len(self._blocks))
        return self._served(x[:, -1])

    def newest_of_variants(self, shared: Steps, own: Sequence[Steps]) -> FloatArray:
        """`newest` of histories of P steps each that begin alike, (B, D).

        `shared` (1, P, ...) is how they begin; `own` are the steps that each has in place of the
        newest ones of `shared`, at least one, in batches of like length. A step sees none that come
        after it, so what is shared is worked out once.
        """
        before = self._embedded(shared)
        bias_before = self._bias(shared.times, shared.times, _visible(shared.present))
        batches = [self._embedded(steps) for steps in own]
        biases = [self._bias_after(shared, steps) for steps in own]
        for place, block in enumerate(self._blocks, start=1):
            newest, seen = place == len(self._blocks), block.heads(before)
            batches = [
                block(x, bias, newest, seen) for x, bias in zip(batches, biases, strict=True)
            ]
            before = before if newest else block(before, bias_before)
        return self._served(np.concatenate([x[:, -1] for x in batches]))

    def _served(self, newest: FloatArray) -> FloatArray:
        """The newest steps (B, D) after all blocks as all tasks by their shares have them, (B, D)."""
        states = self._norm(newest)
        return states if self._tasks is None else states + states @ self._tasks

    def _embedded(self, steps: Steps) -> FloatArray:
        """What goes into the blocks, (B, T, D)."""
        T, D = steps.vectors.shape[1:]
        x = steps.vectors * np.float32(D**0.5)
        x += self._position[T - 1 :: -1]  # the newest step is position 0
        x += self._event_type[steps.event_types]
        return x

    def _bias_after(self, shared: Steps, own: Steps) -> FloatArray:
        """The bias of steps that stand in place of the newest ones of others, (B, heads, S, P + S)."""
        (B, S), P = own.present.shape, shared.present.shape[1]
        begins = np.arange(P) < P - own.present.sum(axis=1, keepdims=True)  # (B, P)
        seen = np.broadcast_to(begins[:, None], (B, S, P))
        visible = np.concatenate([seen, _visible(own.present)], axis=2)
        times = np.concatenate([np.broadcast_to(shared.times, (B, P)), own.times], axis=1)
        return self._bias(own.times, times, visible)  # over (B, P + S)

    def _bias(
        self, times: NDArray[np.float64], seen: NDArray[np.float64], visible: BoolArray
    ) -> FloatArray:
        """What is added to the attention of steps at `times` (B, T) to steps at the times `seen`
        (B, K), (B, heads, T, K): minus infinity where they are not `visible` (B, T, K)."""
        spans = np.where(visible, time_spans(times, seen), TIME_SPANS)  # (B, T, K)
        biases = self._span_biases.T[:, spans]  # (heads, B, T, K)
        return biases.transpose(1, 0, 2, 3)


def shapes_of(config: RankerConfig, shape: ModelShape) -> dict[str, tuple[int, ...]]:
    """The shape of every weight, by its name."""
    D, M = config.dim, len(shape.modality_dims)
    shapes: dict[str, tuple[int, ...]] = {
        "items.ids.weight": (shape.n_ids, D),
        "items.no_id": (D,),
        "items.tags.weight": (max(shape.n_tags, 1), D),
        "items.domain.weight": (max(shape.n_domains, 1), D),
        "items.missing": (M, D),
        "items.gate.weight": (M + 1, (M + 2) * D),
        "items.gate.bias": (M + 1,),
        "position.weight": (shape.max_history, D),
        "event_type.weight": (shape.n_event_types, D),
        "time_span.weight": (TIME_SPANS, config.n_heads),
    }
    for modality, dim in shape.modality_dims.items():
        shapes |= _linear(f"items.modalities.{modality}", dim, D)
    for place in range(config.n_blocks):
        name = f"blocks.{place}"
        shapes |= _norm(f"{name}.norm_attention", D) | _norm(f"{name}.norm_mlp", D)
        shapes |= _linear(f"{name}.qkv", D, 3 * D) | _linear(f"{name}.out", D, D)
        shapes |= _linear(f"{name}.mlp.0", D, 4 * D) | _linear(f"{name}.mlp.2", 4 * D, D)
    shapes |= _norm("norm", D)
    if shape.task_shares:
        shapes["tasks.maps"] = (len(shape.task_shares), D, D)
    return shapes


def time_spans(times: NDArray[np.float64], seen: NDArray[np.float64]) -> NDArray[np.int32]:
    """(B, T) seconds and (B, K) of earlier steps, the newest of both last -> (B, T, K) codes of the
    time between, 0..TIME_SPANS - 1."""
    newest = seen[:, -1:]
    later, earlier = (  # float32 could not tell minutes apart
        np.floor(np.maximum(moments - newest, _LONG_AGO)).astype(np.int32)
        for moments in (times, seen)
    )
    seconds = np.maximum(later[:, :, None] - earlier[:, None, :], 0)
    exponents = np.frexp(seconds.astype(np.float32))[1]  # 1 + floor(log2), 0 of 0
    spans: NDArray[np.int32] = np.minimum(exponents, TIME_SPANS - 1)
    return spans


def _attended(own: Heads, bias: FloatArray) -> FloatArray:
    """(B, heads, T, d): each step the mean of the values that it attends to."""
    logits = own.queries @ own.keys.swapaxes(2, 3)  # (B, heads, T, T)
    return softmax(_scaled(logits, own, bias)) @ own.values


def _attended_after(before: Heads, own: Heads, bias: FloatArray) -> FloatArray:
    """The same where P steps `before` (1, heads, P, d) come first, (B, heads, T, d)."""
    P = before.keys.shape[2]
    logits = np.concatenate(
        [own.queries @ before.keys.swapaxes(2, 3), own.queries @ own.keys.swapaxes(2, 3)], axis=3
    )  # (B, heads, T, P + T)
    shares = softmax(_scaled(logits, own, bias))
    mixed: FloatArray = shares[..., :P] @ before.values + shares[..., P:] @ own.values
    return mixed


def _scaled(logits: FloatArray, own: Heads, bias: FloatArray) -> FloatArray:
    logits *= np.float32(own.queries.shape[-1] ** -0.5)
    logits += bias
    return logits


def _visible(present: BoolArray) -> BoolArray:
    """(B, T) -> (B, T, T): step t sees the steps s <= t that are present; padding sees itself."""
    T = present.shape[1]
    visible: BoolArray = np.tri(T, dtype=bool) & present[:, None, :] | np.eye(T, dtype=bool)
    return visible


def _linear(name: str, n_in: int, n_out: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (n_out, n_in), f"{name}.bias": (n_out,)}


def _norm(name: str, dim: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (dim,), f"{name}.bias": (dim,)}

"""The first stage: a causal Transformer over fused item vectors. Tensors in, tensors out; read
bottom-up.

Legend: B histories, T steps, N items, D width, M modalities. Follows SASRec (arXiv 1808.09781) with
pre-norm blocks, a gated sum of id and content in place of the id embedding, reversed positions, so
that the newest event always has the same one, and attention that knows how much time lies between
two events: one learned number per span and head, as HSTU has it (arXiv 2402.17152).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from service.ranker.config import RankerConfig
from service.ranker.sequence.tasks import TaskHeads

PAD = -1
"""Item index of padding, at the left of a history."""
TIME_SPANS = 32
"""Spans of time between two events that are told apart: none, 1 s, 2-3 s, 4-7 s, ... 34 years and
more."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Sizes that come from the data."""

    n_ids: int
    """Items with an id embedding; an item index at or above it has content only."""
    modality_dims: Mapping[str, int]
    """Width of the item vectors by modality."""
    n_domains: int
    n_tags: int
    n_event_types: int
    max_history: int
    task_shares: Sequence[float] = ()
    """By event type code, see `service.ranker.sequence.tasks`."""


@dataclass(frozen=True, slots=True)
class ItemBatch:
    """Content of N items, as tensors."""

    ids: Tensor
    """(N,) row of the id table, or PAD for an item without one."""
    vectors: Mapping[str, Tensor]
    """By modality (N, dim), zeros where missing."""
    present: Mapping[str, Tensor]
    """By modality (N,) bool."""
    domain: Tensor
    """(N,)"""
    tags: Tensor
    """Flat tag codes, for an EmbeddingBag."""
    tag_offsets: Tensor
    """(N,)"""


class Steps(NamedTuple):
    """B histories of T steps, padded at the left."""

    vectors: Tensor
    """(B, T, D) of the items."""
    event_types: Tensor
    """(B, T)"""
    times: Tensor
    """(B, T) in seconds."""
    present: Tensor
    """(B, T) bool"""


class ItemNet(nn.Module):
    """Gated fusion: id + sum over modalities and tags of sigmoid(gate) * projection + domain. A
    missing modality is a learned token."""

    def __init__(self, config: RankerConfig, shape: ModelShape) -> None:
        super().__init__()
        D, M = config.dim, len(shape.modality_dims)
        self.id_dropout = config.id_dropout
        self.ids = nn.Embedding(shape.n_ids, D)
        self.no_id = nn.Parameter(torch.zeros(D))
        self.modalities = nn.ModuleDict(
            {modality: nn.Linear(dim, D) for modality, dim in shape.modality_dims.items()}
        )
        self.tags = nn.EmbeddingBag(max(shape.n_tags, 1), D, mode="mean")
        self.domain = nn.Embedding(max(shape.n_domains, 1), D)
        self.missing = nn.Parameter(torch.zeros(M, D))
        """A row per modality, in their order."""
        self.gate = nn.Linear((M + 2) * D, M + 1)
        nn.init.normal_(self.ids.weight, std=0.02)
        nn.init.normal_(self.tags.weight, std=0.02)
        nn.init.normal_(self.domain.weight, std=0.02)

    def forward(self, items: ItemBatch) -> Tensor:
        """ItemBatch of N -> (N, D)."""
        identity = self._identity(items.ids)  # (N, D)
        parts = [*self._projected(items), self.tags(items.tags, items.tag_offsets)]  # (N, D) each
        gates = torch.sigmoid(self.gate(torch.cat([identity, *parts], dim=1)))  # (N, M + 1)
        content = gates[:, 0:1] * parts[0]
        for place, part in enumerate(parts[1:], start=1):
            content = content + gates[:, place : place + 1] * part
        fused: Tensor = identity + content + self.domain(items.domain)  # (N, D)
        return fused

    def _identity(self, ids: Tensor) -> Tensor:
        """Id embeddings (N, D), the token of an item without an id where it has none or is hidden."""
        known = ids != PAD
        if self.id_dropout >= 1:  # no id was ever learned, so none is read when it serves either
            known = torch.zeros_like(known)
        elif self.training and self.id_dropout > 0:
            known = known & (torch.rand(known.shape) >= self.id_dropout)
        return torch.where(known[:, None], self.ids(ids.clamp(min=0)), self.no_id)

    def _projected(self, items: ItemBatch) -> Iterator[Tensor]:
        """Of each modality the projected vectors (N, D), its token where an item lacks it."""
        for (modality, project), token in zip(self.modalities.items(), self.missing, strict=True):
            present = items.present[modality][:, None]
            yield torch.where(present, project(items.vectors[modality]), token)


class TransformerBlock(nn.Module):
    """Pre-norm causal self-attention and a feed-forward layer."""

    def __init__(self, dim: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.norm_attention, self.norm_mlp = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.drop = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, bias: Tensor, newest: bool = False, before: Tensor | None = None
    ) -> Tensor:
        """x (B, T, D), bias of the attention (B, heads, T, T) -> (B, T, D); of the `newest` step
        alone (B, 1, D).

        With P steps `before` (1, P, D) all of x the bias is (B, heads, T, P + T).
        """
        q, k, v = self._heads(x)  # (B, heads, T, D / heads)
        if before is not None:
            _, k_before, v_before = (
                part.expand(len(x), -1, -1, -1) for part in self._heads(before)
            )
            k = torch.cat([k_before, k], dim=2)  # (B, heads, P + T, D / heads)
            v = torch.cat([v_before, v], dim=2)
        if newest:
            x, q, bias = x[:, -1:], q[:, :, -1:], bias[:, :, -1:]
        # No dropout on the attention itself: it would take the slow path, which costs more than the
        # rest of the block.
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        joined = mixed.transpose(1, 2).reshape(x.shape)  # (B, heads, T, D / heads) -> (B, T, D)
        x = x + self.drop(self.out(joined))
        out: Tensor = x + self.drop(self.mlp(self.norm_mlp(x)))  # (B, T, D)
        return out

    def _heads(self, x: Tensor) -> Tensor:
        """Queries, keys and values, (3, B, heads, T, D / heads)."""
        B, T, D = x.shape
        qkv: Tensor = self.qkv(self.norm_attention(x))
        return qkv.view(B, T, 3, self.n_heads, D // self.n_heads).permute(2, 0, 3, 1, 4)


class SequenceModel(nn.Module):
    """Fused item vectors -> a vector per step whose dot product with an item's vector is its
    next-event logit.

    Where there are several event types, that is what they share, and each has a logit of its own.
    """

    def __init__(self, config: RankerConfig, shape: ModelShape) -> None:
        super().__init__()
        self.shape = shape
        self.items = ItemNet(config, shape)
        self.position = nn.Embedding(shape.max_history, config.dim)
        self.event_type = nn.Embedding(shape.n_event_types, config.dim)
        self.time_span = nn.Embedding(TIME_SPANS, config.n_heads)
        self.drop = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(
            TransformerBlock(config.dim, config.n_heads, config.dropout)
            for _ in range(config.n_blocks)
        )
        self.norm = nn.LayerNorm(config.dim)
        self.tasks = (
            TaskHeads(shape.task_shares, config.dim, config.dim) if shape.task_shares else None
        )
        nn.init.normal_(self.position.weight, std=0.02)
        nn.init.zeros_(self.event_type.weight)
        nn.init.zeros_(self.time_span.weight)

    def forward(
        self, vectors: Tensor, event_types: Tensor, times: Tensor, present: Tensor
    ) -> Tensor:
        """vectors (B, T, D) of the history items, event_types (B, T), times (B, T) in seconds,
        present (B, T) bool -> (B, T, D), what the tasks share.

        Step t sees steps <= t only. Padding is never attended to and does not change any real step.
        """
        x = self._embedded(vectors, event_types)
        bias = self._bias(times, times, _visible(present))
        for block in self.blocks:
            x = block(x, bias)
        states: Tensor = self.norm(x)  # (B, T, D)
        return states

    def newest(self, steps: Steps) -> Tensor:
        """What is served after the last step, (B, D): the last block need not work on the others."""
        x = self._embedded(steps.vectors, steps.event_types)
        bias = self._bias(steps.times, steps.times, _visible(steps.present))
        for place, block in enumerate(self.blocks, start=1):
            x = block(x, bias, newest=place == len(self.blocks))
        return self._served(self.norm(x)[:, -1])

    def newest_of_variants(self, shared: Steps, own: Sequence[Steps]) -> Tensor:
        """`newest` of histories of P steps each that begin alike, (B, D).

        `shared` (1, P, ...) is how they begin; `own` are the steps that each has in place of the
        newest ones of `shared`, at least one, in batches of like length. A step sees none that come
        after it, so what is shared is worked out once.
        """
        before = self._embedded(*shared[:2])
        bias_before = self._bias(shared.times, shared.times, _visible(shared.present))
        batches = [self._embedded(*steps[:2]) for steps in own]
        biases = [self._bias_after(shared, steps) for steps in own]
        for place, block in enumerate(self.blocks, start=1):
            newest = place == len(self.blocks)
            batches = [
                block(x, bias, newest, before) for x, bias in zip(batches, biases, strict=True)
            ]
            before = before if newest else block(before, bias_before)
        return self._served(self.norm(torch.cat([x[:, -1] for x in batches])))

    def _bias_after(self, shared: Steps, own: Steps) -> Tensor:
        """The bias of steps that stand in place of the newest ones of others, (B, heads, S, P + S)."""
        (B, S), P = own.present.shape, shared.present.shape[1]
        begins = torch.arange(P) < P - own.present.sum(dim=1, keepdim=True)  # (B, P)
        visible = torch.cat([begins[:, None].expand(B, S, P), _visible(own.present)], dim=2)
        seen = torch.cat([shared.times.expand(B, P), own.times], dim=1)  # (B, P + S)
        return self._bias(own.times, seen, visible)

    def of_tasks(self, states: Tensor, event_types: Tensor) -> Tensor:
        """Shared states (E, D) as each event type (E,) has them, (E, D)."""
        if self.tasks is None:
            return states
        return states + self.tasks.by_task(states)[torch.arange(len(states)), event_types]

    def _served(self, states: Tensor) -> Tensor:
        """Shared states (B, D) as all tasks by their shares have them, (B, D)."""
        return states if self.tasks is None else states + self.tasks(states)

    def _embedded(self, vectors: Tensor, event_types: Tensor) -> Tensor:
        """What goes into the blocks, (B, T, D)."""
        T, D = vectors.shape[1:]
        steps = torch.arange(T - 1, -1, -1)  # the newest step is position 0
        inputs = vectors * D**0.5 + self.position(steps) + self.event_type(event_types)
        x: Tensor = self.drop(inputs)
        return x

    def _bias(self, times: Tensor, seen: Tensor, visible: Tensor) -> Tensor:
        """What is added to the attention of steps at `times` (B, T) to steps at the times `seen`
        (B, K), (B, heads, T, K): minus infinity where they are not `visible` (B, T, K)."""
        never = torch.full((1, self.time_span.embedding_dim), float("-inf"))
        biases = torch.cat([self.time_span.weight, never])  # (TIME_SPANS + 1, heads)
        spans = _time_spans(times, seen).masked_fill_(~visible, TIME_SPANS)  # (B, T, K)
        return nn.functional.embedding(spans, biases).permute(0, 3, 1, 2)


def _visible(present: Tensor) -> Tensor:
    """(B, T) -> (B, T, T): step t sees the steps s <= t that are present; padding sees itself."""
    T = present.shape[1]
    itself = torch.eye(T, dtype=torch.bool)
    not_later = torch.ones(T, T, dtype=torch.bool).tril()
    return not_later & present[:, None, :] | itself


def _time_spans(times: Tensor, seen: Tensor) -> Tensor:
    """(B, T) seconds and (B, K) of earlier steps, the newest of both last -> (B, T, K) int32 codes
    of the time between, 0..TIME_SPANS - 1."""
    newest = seen[:, -1:]
    later, earlier = (  # float32 could not tell minutes apart
        (moments - newest).clamp(min=1 - 2**31).floor().int() for moments in (times, seen)
    )
    seconds = (later[:, :, None] - earlier[:, None, :]).clamp_(min=0)
    exponents = torch.frexp(seconds.float()).exponent  # 1 + floor(log2), 0 of 0
    spans: Tensor = exponents.clamp_(max=TIME_SPANS - 1)
    return spans

"""The first stage: a causal Transformer over fused item vectors. Tensors in, tensors out; read bottom-up.

Legend: B histories, T steps, N items, D width, M modalities.
Follows SASRec (arXiv 1808.09781) with pre-norm blocks, a gated sum of id and content in place of the id embedding,
reversed positions, so that the newest event always has the same one, and attention that knows how much time lies
between two events: one learned number per span and head, as HSTU has it (arXiv 2402.17152).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from service.ranker.config import RankerConfig

PAD = -1
"""Item index of padding, at the left of a history."""
TIME_SPANS = 32
"""Spans of time between two events that are told apart: none, 1 s, 2-3 s, 4-7 s, ... 34 years and more."""


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Sizes that come from the data."""

    n_ids: int
    """Items with an id embedding; an item index at or above it has content only."""
    text_dim: int
    image_dim: int
    n_domains: int
    n_tags: int
    n_event_types: int
    max_history: int


@dataclass(frozen=True, slots=True)
class ItemBatch:
    """Content of N items, as tensors."""

    ids: Tensor
    """(N,) row of the id table, or PAD for an item without one."""
    text: Tensor
    """(N, text dim), zeros where missing."""
    has_text: Tensor
    """(N,) bool"""
    image: Tensor
    has_image: Tensor
    domain: Tensor
    """(N,)"""
    tags: Tensor
    """Flat tag codes, for an EmbeddingBag."""
    tag_offsets: Tensor
    """(N,)"""


class ItemNet(nn.Module):
    """Gated fusion: id + sum over modalities of sigmoid(gate) * projection. A missing modality is a learned token."""

    def __init__(self, config: RankerConfig, shape: ModelShape) -> None:
        super().__init__()
        D = config.dim
        self.id_dropout = config.id_dropout
        self.ids = nn.Embedding(shape.n_ids, D)
        self.no_id = nn.Parameter(torch.zeros(D))
        self.text = nn.Linear(shape.text_dim, D)
        self.image = nn.Linear(shape.image_dim, D)
        self.tags = nn.EmbeddingBag(max(shape.n_tags, 1), D, mode="mean")
        self.domain = nn.Embedding(max(shape.n_domains, 1), D)
        self.missing = nn.Parameter(torch.zeros(2, D))
        self.gate = nn.Linear(4 * D, 3)
        nn.init.normal_(self.ids.weight, std=0.02)
        nn.init.normal_(self.tags.weight, std=0.02)
        nn.init.normal_(self.domain.weight, std=0.02)

    def forward(self, items: ItemBatch) -> Tensor:
        """ItemBatch of N -> (N, D)."""
        known = items.ids != PAD
        if self.id_dropout >= 1:  # nothing was learned of any id, so none says anything when it serves either
            known = torch.zeros_like(known)
        elif self.training and self.id_dropout > 0:
            known = known & (torch.rand(known.shape) >= self.id_dropout)
        identity = torch.where(known[:, None], self.ids(items.ids.clamp(min=0)), self.no_id)  # (N, D)
        text = torch.where(items.has_text[:, None], self.text(items.text), self.missing[0])  # (N, D)
        image = torch.where(items.has_image[:, None], self.image(items.image), self.missing[1])  # (N, D)
        tags = self.tags(items.tags, items.tag_offsets)  # (N, D)
        gates = torch.sigmoid(self.gate(torch.cat([identity, text, image, tags], dim=1)))  # (N, M)
        content = gates[:, 0:1] * text + gates[:, 1:2] * image + gates[:, 2:3] * tags  # (N, D)
        fused: Tensor = identity + content + self.domain(items.domain)  # (N, D)
        return fused


class Block(nn.Module):
    """Pre-norm causal self-attention and a feed-forward layer."""

    def __init__(self, dim: int, n_heads: int, dropout: float) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.norm_attention, self.norm_mlp = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor, newest: bool = False) -> Tensor:
        """x (B, T, D), bias of the attention (B, heads, T, T) -> (B, T, D); of the `newest` step alone (B, 1, D)."""
        B, T, D = x.shape
        q, k, v = self.qkv(self.norm_attention(x)).view(B, T, 3, self.n_heads, D // self.n_heads).permute(2, 0, 3, 1, 4)
        if newest:
            x, q, bias = x[:, -1:], q[:, :, -1:], bias[:, :, -1:]
        # No dropout on the attention itself: it would take the slow path, which costs more than the rest of the block.
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)  # (B, heads, T, D / heads)
        x = x + self.drop(self.out(mixed.transpose(1, 2).reshape(x.shape)))  # (B, T, D)
        out: Tensor = x + self.drop(self.mlp(self.norm_mlp(x)))  # (B, T, D)
        return out


class SequenceModel(nn.Module):
    """Fused item vectors -> a vector per step whose dot product with an item's vector is its next-event logit."""

    def __init__(self, config: RankerConfig, shape: ModelShape) -> None:
        super().__init__()
        self.shape = shape
        self.items = ItemNet(config, shape)
        self.position = nn.Embedding(shape.max_history, config.dim)
        self.event_type = nn.Embedding(shape.n_event_types, config.dim)
        self.time_span = nn.Embedding(TIME_SPANS, config.n_heads)
        self.drop = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config.dim, config.n_heads, config.dropout) for _ in range(config.n_blocks))
        self.norm = nn.LayerNorm(config.dim)
        nn.init.normal_(self.position.weight, std=0.02)
        nn.init.zeros_(self.event_type.weight)
        nn.init.zeros_(self.time_span.weight)

    def forward(self, vectors: Tensor, event_types: Tensor, times: Tensor, present: Tensor) -> Tensor:
        """vectors (B, T, D) of the history items, event_types (B, T), times (B, T) in seconds, present (B, T) bool ->
        (B, T, D).

        Step t sees steps <= t only. Padding is never attended to and does not change any real step.
        """
        x, bias = self._steps(vectors, event_types, times, present)
        for block in self.blocks:
            x = block(x, bias)
        states: Tensor = self.norm(x)  # (B, T, D)
        return states

    def newest(self, vectors: Tensor, event_types: Tensor, times: Tensor, present: Tensor) -> Tensor:
        """The last step of `forward` alone, (B, D): the last block need not work on the others."""
        x, bias = self._steps(vectors, event_types, times, present)
        for place, block in enumerate(self.blocks, start=1):
            x = block(x, bias, newest=place == len(self.blocks))
        state: Tensor = self.norm(x)[:, -1]  # (B, D)
        return state

    def _steps(self, vectors: Tensor, event_types: Tensor, times: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """What goes into the blocks, (B, T, D), and what is added to the attention of step t to step s, (B, heads, T,
        T): minus infinity where t must not see s."""
        _, T, D = vectors.shape
        steps = torch.arange(T - 1, -1, -1)  # the newest step is position 0
        x = vectors * D**0.5 + self.position(steps) + self.event_type(event_types)  # (B, T, D)
        causal = torch.ones(T, T, dtype=torch.bool).tril()
        allowed = causal & present[:, None, :] | torch.eye(T, dtype=torch.bool)  # (B, T, T); padding sees itself
        never = torch.full((1, self.time_span.embedding_dim), float("-inf"))
        biases = torch.cat([self.time_span.weight, never])  # (TIME_SPANS + 1, heads)
        spans = _time_spans(times).masked_fill_(~allowed, TIME_SPANS)  # (B, T, T)
        return self.drop(x), nn.functional.embedding(spans, biases).permute(0, 3, 1, 2)


def _time_spans(times: Tensor) -> Tensor:
    """(B, T) seconds -> (B, T, T) int32 codes of the time between two steps, 0..TIME_SPANS - 1."""
    before_newest = (times - times[:, -1:]).clamp(min=1 - 2**31).floor().int()  # float32 could not tell minutes apart
    seconds = (before_newest[:, :, None] - before_newest[:, None, :]).clamp_(min=0)
    spans: Tensor = torch.frexp(seconds.float()).exponent.clamp_(max=TIME_SPANS - 1)  # 1 + floor(log2), 0 of 0
    return spans

"""The first stage while it is trained: a causal Transformer over fused item vectors. Tensors in,
tensors out; read bottom-up. What serves is `service.ranker.sequence.network`, of the same weights.

Legend: B histories, T steps, N items, D width, M modalities. Follows SASRec (arXiv 1808.09781) with
pre-norm blocks, a gated sum of id and content in place of the id embedding, reversed positions, so
that the newest event always has the same one, and attention that knows how much time lies between
two events: one learned number per span and head, as HSTU has it (arXiv 2402.17152).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from service.ranker.config import RankerConfig
from service.ranker.sequence.network import SequenceNetwork
from service.ranker.sequence.shape import PAD, TIME_SPANS, ModelShape
from service.ranker.sequence.task_heads import TaskHeads


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

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """x (B, T, D), bias of the attention (B, heads, T, T) -> (B, T, D)."""
        B, T, D = x.shape
        qkv: Tensor = self.qkv(self.norm_attention(x))
        q, k, v = qkv.view(B, T, 3, self.n_heads, D // self.n_heads).permute(2, 0, 3, 1, 4)
        # No dropout on the attention itself: it would take the slow path, which costs more than the
        # rest of the block.
        mixed = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        joined = mixed.transpose(1, 2).reshape(x.shape)  # (B, heads, T, D / heads) -> (B, T, D)
        x = x + self.drop(self.out(joined))
        out: Tensor = x + self.drop(self.mlp(self.norm_mlp(x)))  # (B, T, D)
        return out


class SequenceModel(nn.Module):
    """Fused item vectors -> a vector per step whose dot product with an item's vector is its
    next-event logit.

    Where there are several event types, that is what they share, and each has a logit of its own.
    """

    def __init__(self, config: RankerConfig, shape: ModelShape) -> None:
        super().__init__()
        self.config, self.shape = config, shape
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
            TaskHeads(len(shape.task_shares), config.dim, config.dim) if shape.task_shares else None
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
        T, D = vectors.shape[1:]
        steps = torch.arange(T - 1, -1, -1)  # the newest step is position 0
        inputs = vectors * D**0.5 + self.position(steps) + self.event_type(event_types)
        x = self.drop(inputs)  # (B, T, D)
        bias = self._bias(times, _visible(present))
        for block in self.blocks:
            x = block(x, bias)
        states: Tensor = self.norm(x)  # (B, T, D)
        return states

    def of_tasks(self, states: Tensor, event_types: Tensor) -> Tensor:
        """Shared states (E, D) as each event type (E,) has them, (E, D)."""
        if self.tasks is None:
            return states
        added: Tensor = self.tasks(states)[torch.arange(len(states)), event_types]
        return states + added

    def network(self) -> SequenceNetwork:
        """What serves, with a copy of these weights."""
        weights = {name: value.numpy().copy() for name, value in self.state_dict().items()}
        return SequenceNetwork(self.config, self.shape, weights)

    def _bias(self, times: Tensor, visible: Tensor) -> Tensor:
        """What is added to the attention of steps at `times` (B, T) to each other,
        (B, heads, T, T): minus infinity where they are not `visible` (B, T, T)."""
        never = torch.full((1, self.time_span.embedding_dim), float("-inf"))
        biases = torch.cat([self.time_span.weight, never])  # (TIME_SPANS + 1, heads)
        spans = _time_spans(times).masked_fill_(~visible, TIME_SPANS)  # (B, T, T)
        return nn.functional.embedding(spans, biases).permute(0, 3, 1, 2)


def _visible(present: Tensor) -> Tensor:
    """(B, T) -> (B, T, T): step t sees the steps s <= t that are present; padding sees itself."""
    T = present.shape[1]
    itself = torch.eye(T, dtype=torch.bool)
    not_later = torch.ones(T, T, dtype=torch.bool).tril()
    return not_later & present[:, None, :] | itself


def _time_spans(times: Tensor) -> Tensor:
    """(B, T) seconds, the newest last -> (B, T, T) int32 codes of the time between two,
    0..TIME_SPANS - 1."""
    since_newest = times - times[:, -1:]  # float32 could not tell minutes apart
    moments = since_newest.clamp(min=1 - 2**31).floor().int()
    seconds = (moments[:, :, None] - moments[:, None, :]).clamp_(min=0)
    exponents = torch.frexp(seconds.float()).exponent  # 1 + floor(log2), 0 of 0
    spans: Tensor = exponents.clamp_(max=TIME_SPANS - 1)
    return spans

"""Chinese words about a person's taste, and what the verifier watches for in them. Data only."""

from __future__ import annotations

from service.explainer.evidence import HIGHER, LOWER
from service.explainer.evidence import EvidenceKind as Kind
from service.explainer.languages.lexicon import GuardedWords, Unit
from service.explainer.languages.taste_words import TasteWords

CHOSEN = frozenset({Kind.PREFERENCE, Kind.FREQUENT, Kind.DOMAIN, Kind.RANGE})
CHANGED = frozenset({Kind.RISE, Kind.FALL})
AVERSION = frozenset({Kind.AVERSION})

_CHOSEN = "{total} 项选择中有 {count} 项"
_OFTEN = "是这里的人们的 {times}"
_SINCE_THEN = "随后 {total} 项里占 {count} 项，此前 {earlier_total} 项里曾有 {earlier_count} 项"

TASTE = TasteWords(
    patterns={
        "preference": (
            f"你常常回到{{value}}，例如{{titles}}：{_CHOSEN}，{_OFTEN}",
            f"你的 {_CHOSEN}{{sg}}，例如{{titles}}，{_OFTEN}",
            f"你常常回到{{value}}：{_CHOSEN}，{_OFTEN}",
            f"你的 {_CHOSEN}{{sg}}，{_OFTEN}",
        ),
        "rise": (
            f"{{since}}，你转向了{{value}}，例如{{titles}}：{_SINCE_THEN}",
            f"{{since}}，你转向了{{value}}：{_SINCE_THEN}",
            f"自 {{since}}起，{{sg}}的选择多了，例如{{titles}}：{_SINCE_THEN}",
            f"自 {{since}}起，{{sg}}的选择多了：{_SINCE_THEN}",
        ),
        "fall": (
            f"{{since}}，你疏远了{{value}}：{_SINCE_THEN}",
            f"自 {{since}}起，{{sg}}的选择少了：{_SINCE_THEN}",
        ),
        "aversion": (
            "历史记录里{sg}的 {total} 项中，你回绝了 {count} 项，例如{titles}",
            "历史记录里{sg}的 {total} 项中，你回绝了 {count} 项",
        ),
        "aversion.rating": (
            "历史记录里{sg}的 {total} 项中，评分偏低的占 {count} 项，例如{titles}",
            "历史记录里{sg}的 {total} 项中，评分偏低的占 {count} 项",
        ),
        "range": (f"你的 {_CHOSEN}{{sg}}，{{than}}",),
        "frequent": (
            f"你的 {_CHOSEN}{{sg}}，例如{{titles}}",
            "你的 {total} 项选择里，{sg}的有 {count} 项，例如{titles}",
            f"你的 {_CHOSEN}{{sg}}",
        ),
        "domain": (f"你的 {_CHOSEN}是{{value}}",),
        "taste": ("你描述的口味是{name}",),
    },
    nothing=("目前你的选择没有突出的偏向", "你的选择目前没有突出的偏向"),
    binds={
        Kind.PREFERENCE: r"常常回到 ?T|选择中有 ?N ?项 ?SG",
        Kind.RISE: r"转向了 ?T|SG ?的选择多了",
        Kind.FALL: r"疏远了 ?T|SG ?的选择少了",
        Kind.AVERSION: r"历史记录里 ?SG ?的 ?N ?项",
        Kind.RANGE: r"选择中有 ?N ?项 ?SG",
        Kind.FREQUENT: r"选择中有 ?N ?项 ?SG|选择里，? ?SG ?的有 ?N ?项",
        Kind.DOMAIN: r"选择中有 ?N ?项是 ?T",
    },
    times="{n} 倍",
    month="{year} 年 {month} 月",
    months=tuple(str(month) for month in range(1, 13)),
    span="{low} 至 {high}",
    than={"": ("比通常更高", "比通常更低"), "year": ("比通常更晚", "比通常更早")},
)

GUARDED = (
    GuardedWords(r"常常|回到|倍", frozenset({Kind.PREFERENCE})),
    GuardedWords(r"这里的人们", frozenset({Kind.PREFERENCE})),
    GuardedWords(r"转向|选择多了", frozenset({Kind.RISE})),
    GuardedWords(r"疏远|选择少了", frozenset({Kind.FALL})),
    GuardedWords(r"回绝|偏低", AVERSION),
    GuardedWords(r"回(?!到|绝)|低(?!于|分)(?<!偏低)(?<!更低)|疏(?!远)|绝(?<!回绝)|偏(?!低|向)"),
    GuardedWords(r"比通常更[高晚]", frozenset({Kind.RANGE}), named=HIGHER),
    GuardedWords(r"比通常更[低早]", frozenset({Kind.RANGE}), named=LOWER),
    GuardedWords(r"例如", frozenset({Kind.EXAMPLE})),
)

UNITS = (
    Unit(r"随后 ?N ?项", "total", CHANGED),
    Unit(r"项里占 ?N ?项", "count", CHANGED),
    Unit(r"此前 ?N ?项", "earlier_total", CHANGED),
    Unit(r"曾有 ?N ?项", "earlier_count", CHANGED),
    Unit(r"N ?项选择里", "total", frozenset({Kind.FREQUENT})),
    Unit(r"的有 ?N ?项", "count", frozenset({Kind.FREQUENT})),
    Unit(r"N ?项选择中", "total", CHOSEN),
    Unit(r"选择中有 ?N ?项", "count", CHOSEN),
    Unit(r"N ?倍", "lift", frozenset({Kind.PREFERENCE})),
    Unit(r"的 ?N ?项中", "total", AVERSION),
    Unit(r"回绝了 ?N ?项|偏低的占 ?N ?项", "count", AVERSION),
)
"""More telling than the other units, so they come first."""

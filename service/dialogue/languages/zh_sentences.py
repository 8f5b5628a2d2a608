"""The replies in Chinese."""

from __future__ import annotations

from service.dialogue.languages.sentences import Bounds, Sentences
from service.dialogue.reply import About

_HELP = """先说想要什么，再接着说：
  西部片，不要恐怖，1980年以前      想要的和不想要的
  少一点暴力 / 更新一点             在此之上的改变
  更像第3个 / 不要第2个             按列表的序号
  为什么推荐第1个 / 怎样才能去掉第1个   理由及其依据
  更多 / 列表                       后面的 / 再看一遍列表
  撤销 / 重新开始 / 退出            收回上一句 / 从头再来 / 结束"""

CHINESE = Sentences(
    number=Bounds(
        below="{name}低于 {high}",
        up_to="{name}不超过 {high}",
        above="{name}高于 {low}",
        from_="{name}不低于 {low}",
        between="{name}在 {low} 到 {high} 之间",
    ),
    year=Bounds(
        below="{high} 年以前",
        up_to="{high} 年及以前",
        above="{low} 年以后",
        from_="{low} 年及以后",
        between="{low} 到 {high} 年",
    ),
    date=Bounds(
        below="{high} 以前{name}",
        up_to="{high} 及以前{name}",
        above="{low} 以后{name}",
        from_="{low} 及以后{name}",
        between="{low} 到 {high} {name}",
    ),
    names={"created_at": "上架", "price": "价格"},
    available="有货",
    quotes=("“", "”"),
    without="不要 {value}",
    like="像{title}",
    unlike="不要{title}",
    either="或",
    chips="、",
    parts="；",
    end="。",
    leaning="以下只是倾向，不作筛选：{chips}",
    unknown="没有听懂{chips}",
    no_wish="还没有说想要什么，以下只按已知的情况推荐。",
    price="价格 {n}",
    replies={
        About.LIST: "{said}",
        About.MORE: "从第 {place} 个起：",
        About.NOTHING_FITS: "{said}没有符合的。",
        About.NO_MORE: "符合的都在这里了。",
        About.WHY: "第 {place} 个《{title}》：{text}",
        About.CHANGE: "第 {place} 个《{title}》：{text}",
        About.UNDONE: "已收回。{said}",
        About.EMPTIED: "已收回，现在没有任何要求。想要什么？",
        About.NOTHING_TO_UNDO: "没有可以收回的。",
        About.STARTED_OVER: "重新开始。想要什么？",
        About.EXPIRED: "想要什么？",
        About.NO_LIST: "还没有列表。请先说想要什么，例如“西部片，不要恐怖”。",
        About.EMPTY: "列表是空的。说“撤销”可收回上一句。",
        About.WHICH: "哪一个？请说列表的序号，1 到 {n}。",
        About.GONE: "第 {place} 个《{title}》已不在目录中。",
        About.TOO_LONG: "太长了：请用不超过 {n} 个字符说。",
        About.BUSY: "服务器正忙，请稍后再说一遍。",
        About.HELP: _HELP,
        About.GREETING: "想要什么？说“帮助”可以看到能说什么。",
        About.BYE: "再见。",
    },
    expired="之前的结果已不再保存，因此重新开始。",
    blocked_by="去掉{chips}就有结果。说“撤销”可收回上一句。",
    blocked_together="以下几条合起来没有结果：{chips}。说“撤销”可收回上一句。",
    nothing_left="目录中没有更多可推荐的了。说“撤销”可以退回。",
    take_off="说“不要第{place}个”，它就不再出现。",
    nothing_to_change="去掉少数几条历史记录，它也仍会在列表中。",
)

"""Chinese (simplified): words and phrasings of the template, and the words the verifier watches
for.

Data only. Every pattern says no more than its kind of evidence supports: similarity as similarity,
a cause for HISTORY alone. Names of attributes without Chinese words here are not printed, so that
no foreign word stands in a sentence.
"""

from __future__ import annotations

from service.explainer.evidence import DESCRIPTION, HIGHER, LOWER, SEEN, SHARED, SIMILAR
from service.explainer.evidence import EvidenceKind as Kind
from service.explainer.languages.language import (
    OF_A_MODEL,
    AttributeWords,
    CrowdVerb,
    Language,
    Verb,
)
from service.explainer.languages.lexicon import GuardedWords, Lexicon, Unit
from service.explainer.languages.zh.taste import GUARDED as TASTE_GUARDED
from service.explainer.languages.zh.taste import TASTE
from service.explainer.languages.zh.taste import UNITS as TASTE_UNITS

PEOPLE = frozenset({Kind.CO_ENGAGEMENT, Kind.POPULARITY})

VERBS = {
    "": (Verb("选过{x}", "你选过的{x}", r"你选过"),),
    "rating": (Verb("给{x}打过分", "你打过分的{x}", r"打过?了?(?: ?[\d.]+ ?)?分|评分"),),
    "view": (Verb("浏览过{x}", "你浏览过的{x}", r"浏览[过了]"),),
    "click": (Verb("点开过{x}", "你点开过的{x}", r"点开[过了]|点击[过了]"),),
    "like": (Verb("给{x}点过赞", "你点过赞的{x}", r"点[过了]赞|点赞|(?<!不)喜欢"),),
    "dislike": (Verb("对{x}表示过不喜欢", "你表示过不喜欢的{x}", r"不喜欢"),),
    "skip": (Verb("跳过了{x}", "你跳过的{x}", r"跳过"),),
    "add_to_cart": (Verb("把{x}加入过购物车", "你加入过购物车的{x}", r"购物车"),),
    "purchase": (Verb("买过{x}", "你买过的{x}", r"买[过了下]|购买"),),
    "watch": (Verb("看过{x}", "你看过的{x}", r"看[过了完]|观看"),),
    "review": (Verb("评论过{x}", "你评论过的{x}", r"评论|点评"),),
    "listen": (Verb("听过{x}", "你听过的{x}", r"听[过了]|收听"),),
    "read": (Verb("读过{x}", "你读过的{x}", r"读[过了完]|阅读"),),
    "play": (Verb("玩过{x}", "你玩过的{x}", r"玩[过了]"),),
    "save": (Verb("收藏过{x}", "你收藏过的{x}", r"收藏"),),
    "share": (Verb("分享过{x}", "你分享过的{x}", r"分享"),),
    "download": (Verb("下载过{x}", "你下载过的{x}", r"下载"),),
}

CROWD = {
    event: CrowdVerb(chose, chose, chose, said_by)
    for event, chose, said_by in (
        ("", "选了", r"选[了过中]"),
        ("like", "喜欢", r"(?<!不)喜欢"),
        ("view", "浏览过", r"浏览[过了]"),
        ("click", "点开过", r"点开[过了]|点击[过了]"),
        ("purchase", "买过", r"买[过了下]|购买"),
        ("watch", "看过", r"看[过了完]|观看"),
        ("review", "评论过", r"评论|点评"),
        ("listen", "听过", r"听[过了]|收听"),
        ("read", "读过", r"读[过了完]|阅读"),
        ("play", "玩过", r"玩[过了]"),
        ("save", "收藏过", r"收藏"),
        ("download", "下载过", r"下载"),
    )
}

ATTRIBUTES = {
    "": AttributeWords("{also}带有{value}这一特征", "{both}带有{value}这一特征"),
    "category": AttributeWords(
        "{also}属于{value}类", "{both}属于{value}类", r"属于|类别|类型|题材", r"属于 ?T ?类"
    ),
    OF_A_MODEL: AttributeWords(
        "{also}被模型描述为{value}", "{both}被模型描述为{value}", r"模型", r"被模型描述为 ?T"
    ),
    "director": AttributeWords(
        "{also}由{value}执导", "{both}由{value}执导", r"导演|执导", r"由 ?T ?(?:执导|导演)"
    ),
    "cast": AttributeWords(
        "{also}有{value}出演", "{both}有{value}出演", r"主演|出演|演员", r"有 ?T ?出演|由 ?T ?主演"
    ),
    "author": AttributeWords(
        "{also}出自{value}笔下", "{both}出自{value}笔下", r"作者|笔下|作家", r"出自 ?T ?笔下"
    ),
    "artist": AttributeWords(
        "{also}是{value}的作品", "{both}是{value}的作品", r"艺人|歌手|乐队|作品", r"是 ?T ?的作品"
    ),
    "composer": AttributeWords(
        "{also}由{value}作曲", "{both}由{value}作曲", r"作曲", r"由 ?T ?作曲"
    ),
    "brand": AttributeWords(
        "{also}来自品牌{value}", "{both}来自品牌{value}", r"品牌|厂商", r"品牌 ?T"
    ),
    "publisher": AttributeWords(
        "{also}由{value}出版", "{both}由{value}出版", r"出版", r"由 ?T ?出版"
    ),
    "colour": AttributeWords(
        "{also}是{value}色调", "{both}是{value}色调", r"颜色|色调", r"是 ?T ?色调"
    ),
    "material": AttributeWords(
        "{also}以{value}制成", "{both}以{value}制成", r"材质|制成", r"以 ?T ?制成"
    ),
    "country": AttributeWords("{also}来自{value}", "{both}来自{value}", r"国家|产地"),
    "keyword": AttributeWords(
        "{also}带有关键词{value}", "{both}带有关键词{value}", r"关键词|标签|主题", r"关键词 ?T"
    ),
    "year": AttributeWords(
        "{also}出自{value}年", "{both}出自{value}年", r"年份|年代", r"出自 ?T ?年"
    ),
}

LEADS = {
    "history": (
        "推荐{this}，是因为{did}",
        "{did}，所以推荐了{this}",
        "因为{did}",
        "{this}排在这里，是因为{did}",
        "{did}，这让{this}排得更靠前",
        "{did}，{this}因此入选",
        "{cited}带来了{this}",
        "{this}入选的一个原因：{did}",
        "你会看到{this}，是因为{did}",
        "{did}，这是推荐{this}的一个理由",
        "既然{did}，{this}也就排到了前面",
        "{cited}是推荐{this}的一个理由",
    ),
    "category": (
        "和{title}一样，{this}{sg}",
        "{this}和{title}{pl_both}",
        "{this}{sg}，{title}也是如此",
        "像{title}那样，{this}{sg_also}",
        "{this}{sg}，和你历史记录中的{items}一样",
        "{this}与{title}有共同之处，两者{pl_both}",
        "和{something}一样，{this}{sg_also}",
    ),
    "text_similarity": (
        "{this}的{description}与{cited}相近",
        "从文字上看，{this}和{cited}很接近",
        "{this}的{description}很像{cited}",
        "就{description}而言，{this}与{cited}相近",
        "单看{description}，{this}与{cited}颇为接近",
        "{this}的{details}与{cited}相近",
        "就{details}而言，{this}与{cited}相近",
        "从{details}上看，{this}和{cited}很接近",
        "从文字上看，{this}和{something}很接近",
    ),
    "image_similarity": (
        "{this}的图片与{cited}相近",
        "就图片而言，{this}与{cited}相近",
        "从图片上看，{this}和{cited}很接近",
        "{this}和{cited}的图片相似",
        "{this}的图片与{something}相近",
    ),
    "audio_similarity": (
        "{this}听起来与{cited}相近",
        "从声音上听，{this}和{cited}很接近",
        "就声音而言，{this}与{cited}相近",
        "{this}和{cited}的声音相似",
        "{this}听起来与{something}相近",
    ),
    "media_similarity": (
        "{this}的{medium}与{cited}相近",
        "就{medium}而言，{this}与{cited}相近",
        "从{medium}上看，{this}和{cited}很接近",
        "{this}和{cited}的{medium}相似",
        "{this}的{medium}与{something}相近",
    ),
    "co_engagement": (
        "{chose}{title}的人里，有 {people}也{chose}{this}",
        "有 {people}同时{chose}{title}和{this}",
        "{people}既{chose}{title}，也{chose}{this}",
        "同时{chose}{title}和{this}的有 {people}",
        "{chose}{title}的人当中，{people}还{chose}{this}",
        "有 {people}{chose}{this}，同时{chose}{something}",
    ),
    "popularity": (
        "{window}有 {people}{chose}{this}",
        "{this}很受欢迎，{window}有 {people}{chose}它",
        "{this}人气很高，{window}有 {people}{chose}它",
        "{window}，{chose}{this}的人多过目录中 {percent} 的内容",
        "{ever}已有 {people}{chose}{this}",
        "{this}很受欢迎，{ever}已有 {people}{chose}它",
        "{ever}，{chose}{this}的人多过目录中 {percent} 的内容",
    ),
    "trend": (
        "近来有 {people}{chose}{this}，多于以往",
        "{this}正在升温，近来有 {people}{chose}它",
    ),
    "newness": (
        "{this}是新内容，{ago}加入",
        "{this}{ago}上架",
        "{this}是新内容，{ago}上架",
        "{this}{ago}加入目录",
    ),
    "taste": (
        "你描述的口味里有{name}，{this}标有{value}",
        "{this}标有{value}，而你描述的口味里有{name}",
        "{this}标有{value}，你描述的口味里提到{name}",
    ),
    "taste.near": (
        "{this}与你描述的口味相近：{name}",
        "{this}在文字上贴近你描述的{name}",
        "你描述的口味里有{name}，{this}与之接近",
        "{this}与你描述的口味相近",
    ),
    "wish": ("你想要{name}，{this}标有{value}", "{this}标有{value}，而你想要{name}"),
    "wish.near": ("你想要{name}，{this}与之对应",),
    "exploration": (
        "{this}占的是留给探索的位置",
        "这份列表给探索留了位置，{this}就在其中",
        "这份列表里有留给探索的位置，{this}占了一个",
    ),
    "rule": (
        "{this}符合这次请求的条件{name}",
        "这次请求的条件是{name}，{this}符合",
        "{this}满足筛选条件{name}",
        "{this}符合这次请求的条件",
    ),
    "sponsorship": ("{this}由{name}赞助", "{this}是赞助内容"),
    "placement": ("{this}是本服务主推的内容",),
    "contrast.higher": ("{this}对你的得分高于{title}", "就你而言，{this}的得分高于{title}"),
    "contrast.lower": ("{this}对你的得分低于{title}", "就你而言，{this}的得分低于{title}"),
    "contrast.seen": (
        "{title}已在你的历史记录中，就留在列表之外",
        "{title}留在列表之外：它已在你的历史记录中",
    ),
    "change": ("去掉{titles}，{this}就会跌出你的列表", "只要去掉{titles}，{this}就会跌出列表"),
    "cold_start.no_history": (
        "目前还没有你的历史记录",
        "还没有你的历史记录可供参考",
        "你在这里还没有留下历史记录",
        "这里还没有你的任何记录",
    ),
    "cold_start.short_history": (
        "你的历史记录目前只有 {entries}",
        "目前对你的了解还不多",
        "你的历史记录还很少",
        "到目前为止，你的历史记录只有 {entries}",
    ),
    "cold_start.not_used": (
        "按照请求，没有使用你的历史记录",
        "按照请求，没有用到任何关于你的信息",
        "没有使用你的历史记录，这是请求的要求",
        "这次请求没有使用你的历史记录",
    ),
}

TAILS = {
    "history": ("{did}也起了作用",),
    "category": (
        "{this}{sg}，{title}也是如此",
        "和{title}一样，{this}{sg}",
        "和{something}一样，{this}{sg_also}",
    ),
    "text_similarity": (
        "{this}的{description}与{title}相近",
        "{this}的{details}与{title}相近",
        "从文字上看，{this}和{something}很接近",
    ),
    "image_similarity": (
        "{this}的图片与{title}相近",
        "就图片而言，{this}与{title}相近",
        "{this}的图片与{something}相近",
    ),
    "audio_similarity": (
        "{this}听起来与{title}相近",
        "就声音而言，{this}与{title}相近",
        "{this}听起来与{something}相近",
    ),
    "media_similarity": (
        "{this}的{medium}与{title}相近",
        "就{medium}而言，{this}与{title}相近",
        "{this}的{medium}与{something}相近",
    ),
    "co_engagement": (
        "有 {people}同时{chose}{title}和{this}",
        "有 {people}{chose}{this}，同时{chose}{something}",
    ),
    "popularity": ("{window}有 {people}{chose}{this}", "{ever}已有 {people}{chose}{this}"),
    "trend": ("近来有 {people}{chose}{this}，多于以往",),
    "newness": ("{this}{ago}上架", "{this}{ago}加入目录"),
    "taste": ("{this}标有{value}（你描述的口味里有{name}）",),
    "taste.near": ("{this}与你描述的口味相近", "{this}贴近你描述的口味"),
    "wish": ("{this}标有{value}（你想要{name}）",),
    "wish.near": ("{this}对应你想要的{name}",),
    "exploration": ("这份列表给探索留了位置",),
    "rule": ("{this}符合这次请求的条件",),
    "cold_start.no_history": ("目前还没有你的历史记录", "还没有你的历史记录可供参考"),
    "cold_start.short_history": ("你的历史记录目前只有 {entries}", "目前对你的了解还不多"),
    "cold_start.not_used": ("按照请求，没有使用你的历史记录",),
}

TAILS_SAME = {
    "category": ("两者{pl_both}", "{this}{sg_also}", "{this}同样{sg}"),
    "text_similarity": ("两者的{description}很像", "两者的{details}相近", "从文字上看两者很接近"),
    "image_similarity": ("两者的图片相近", "两者的图片很像"),
    "audio_similarity": ("两者的声音相近", "两者的声音很像"),
    "media_similarity": ("两者的{medium}相近", "两者的{medium}很像"),
    "co_engagement": ("有 {people}两者都{chose}",),
}

LEXICON = Lexicon(
    script="cjk",
    causes=r"因为|因此|所以|由于|原因|理由|缘故|既然|带来了|更靠前|排到了前面|起了作用|之所以|多亏|归功于|促使",
    clause_ends=r"；|：|，而且|，和(?=⟦)|，像(?=⟦)",
    sharing=r"一样|都|也|同样|共同|相同|两者|那样",
    guarded=(
        *TASTE_GUARDED,
        GuardedWords(
            r"的人里|的人当中|的人[都也还]|同时(?=选|喜欢|浏览|点|买|看|评|听|读|玩|收|下)|人既|人两者都",
            frozenset({Kind.CO_ENGAGEMENT}),
            True,
        ),
        GuardedWords(
            r"有人|(?<!这里的)人们|大家|许多人|很多人|不少人|其他人|别人|用户|观众|读者|顾客|N ?[人位名]",
            PEOPLE | {Kind.TREND},
        ),
        GuardedWords(r"(?<!不)喜欢", PEOPLE | {Kind.TREND, Kind.HISTORY}),
        GuardedWords(r"近来|升温|以往", frozenset({Kind.TREND})),
        GuardedWords(r"赞助", frozenset({Kind.SPONSORSHIP})),
        GuardedWords(r"本服务|主推", frozenset({Kind.PLACEMENT})),
        GuardedWords(r"得分|高于|低于", frozenset({Kind.CONTRAST}), True),
        GuardedWords(r"高于", frozenset({Kind.CONTRAST}), True, HIGHER),
        GuardedWords(r"低于", frozenset({Kind.CONTRAST}), True, LOWER),
        GuardedWords(r"之外(?=：|。|$)", frozenset({Kind.CONTRAST}), True, SEEN),
        GuardedWords(r"去掉|跌出", frozenset({Kind.CHANGE}), True),
        GuardedWords(
            r"受欢迎|热门|人气|流行|热销|走红|多过|畅销|火爆", frozenset({Kind.POPULARITY})
        ),
        GuardedWords(
            r"新内容|新品|新片|新书|全新|最新|新上|上架|加入目录|刚刚|新近",
            frozenset({Kind.NEWNESS}),
        ),
        GuardedWords(
            r"图片|画面|海报|封面|照片|看起来|外观|外形", frozenset({Kind.IMAGE_SIMILARITY}), True
        ),
        GuardedWords(r"声音|听起来|音色|音效|听感", frozenset({Kind.AUDIO_SIMILARITY}), True),
        GuardedWords(
            r"简介|介绍|读起来|剧情|情节|故事|文风",
            frozenset({Kind.TEXT_SIMILARITY}),
            True,
            DESCRIPTION,
        ),
        GuardedWords(r"基本信息|资料", frozenset({Kind.TEXT_SIMILARITY}), True),
        GuardedWords(r"文字|用词", frozenset({Kind.TEXT_SIMILARITY, Kind.TASTE, Kind.WISH})),
        GuardedWords(r"相近|接近|相似|类似|很像|贴近|如出一辙", SIMILAR | {Kind.TASTE}, True),
        GuardedWords(r"一样|那样|共同|相同|同样|如此", SHARED, True),
        GuardedWords(r"两者", SHARED | SIMILAR | {Kind.CO_ENGAGEMENT}, True),
        GuardedWords(r"想要", frozenset({Kind.WISH})),
        GuardedWords(r"标有", frozenset({Kind.TASTE, Kind.WISH})),
        GuardedWords(r"口味", frozenset({Kind.TASTE, Kind.COLD_START})),
        GuardedWords(r"描述", frozenset({Kind.TASTE, Kind.ASPECT})),
        GuardedWords(r"探索|尝鲜", frozenset({Kind.EXPLORATION})),
        GuardedWords(r"请求|条件|筛选", frozenset({Kind.RULE, Kind.COLD_START})),
        GuardedWords(
            r"了解|未知|没有使用|没有用到|没有你的|没有留下|还很少", frozenset({Kind.COLD_START})
        ),
        GuardedWords(
            r"历史记录", SHARED | {Kind.COLD_START, Kind.HISTORY, Kind.CONTRAST, Kind.AVERSION}
        ),
        GuardedWords(r"(?:因为|由于|既然)(?!你)"),
        GuardedWords(
            r"不(?!喜欢|少|同|久|多)|并非|没有(?!你的|使用|用到|留下|别的|突出|哪)|第一|排名"
        ),
        # Nothing that Palate computes supports any of these.
        GuardedWords(
            r"最好|最佳|最棒|经典|杰作|获奖|奥斯卡|好评|口碑|必看|必读|必买|完美|精彩|优秀|出色|佳作|神作"
        ),
        GuardedWords(r"最爱|喜爱|热爱|钟爱|爱看|爱听|着迷|讨厌|粉丝|保证|一定|肯定"),
        GuardedWords(
            r"总是|一直|从不|从未|每次|经常|所有|每个人|人人|全部|绝大多数|大多数|大部分|一半|数[百千万]|成[百千]上"
        ),
        GuardedWords(
            r"[二两三四五六七八九十百千万亿]+多?(?:人|位|名|部|件|天|倍|条|本|个)|十几|几十|几百|好几|若干"
        ),
        GuardedWords(
            r"朋友|好友|家人|邻居|同龄|女性|男性|女生|男生|像你这样|和你相似|附近|同城|身边"
        ),
        GuardedWords(r"便宜|打折|折扣|优惠|促销|特价|免费|广告|票房|销量"),
        GuardedWords(r"续集|续作|前传|前作|翻拍|改编|系列|搞笑|好笑|恐怖|感人|刺激|惊险|温馨|浪漫"),
        GuardedWords(r"昨天|昨晚|上周|上个月|去年|今年|最近(?! ?N ?天)|近期"),
        GuardedWords(r"今天|不久", frozenset({Kind.NEWNESS})),
        GuardedWords(
            r"喜剧|动作片|爱情|科幻|惊悚|悬疑|犯罪|战争|动画|纪录片|西部|奇幻|冒险|音乐剧|武侠"
        ),
    ),
    units=(
        *TASTE_UNITS,
        Unit(
            r"的人(?:里|当中)，有? ?N ?人|N ?人(?:同时|既|两者都)|N ?人[^；，]+，同时|同时[^；，]+的有 ?N ?人",
            "count",
            frozenset({Kind.CO_ENGAGEMENT}),
        ),
        Unit(r"近来有? ?N ?[人位名]", "count", frozenset({Kind.TREND})),
        Unit(r"N ?[人位名]", "count", PEOPLE),
        Unit(r"N ?(?:项|部|件|本)", "count", SHARED),
        Unit(r"N ?条", "count", frozenset({Kind.COLD_START})),
        Unit(r"最近 ?N ?天", "window_days", frozenset({Kind.POPULARITY})),
        Unit(r"N ?天前", "count", frozenset({Kind.NEWNESS})),
        Unit(r"N ?%", "percent", frozenset({Kind.POPULARITY})),
        Unit(r"N ?分", "event_value", frozenset(Kind)),
    ),
    unguarded=frozenset({Kind.FREQUENT, Kind.DOMAIN}),
    rating_of=r"给T都?打[了过] ?N",
    you=r"你(?:也|还|曾|曾经|已经)?",
    verb_of=r"(?:VERB)过?了?(T(?:[、和]T)*)",
    crowd=r"人|大家|用户|观众|读者|顾客",
    user=r"你",
    user_did=r"你(?:也|还|曾|曾经|已经)?(?>VERB)过?+了?+(?!T|它|的|分|赞)",
    needs_fact=(
        r"(?<![自理])由(?!于)",
        r"主演",
        r"出自",
        r"品牌",
        r"关键词",
        r"被模型描述为",
        r"(?:选了|选过|看过|买过)(?!T|它|的|这|你选过的)(?=[^，。；]{2,})",
    ),
    glue="的了和与及跟同也都还又再是在有没不无非这那此其它他她你您我们咱为因由所以故而且但却则若如果虽然尽管或者即便把被让使令给对向往从到至于自"
    "以上下中里内外前后间边就才只仅已曾将会能可应该要想请并等着过得地之者个些每各另别某种样般似像比更很较挺颇相当近接类共通一二两首次"
    "部本件款份项篇首条位人名分数值推荐荐列表单排序位置选择挑出入进来去看见听读买玩评论价打过影片电视剧书籍歌曲游戏商品产内容文章作品标题"
    "理原由根据依证明说显示表明提到关联系点部分方面结果历史记录口味描述简介绍图片海报封面导演主员类型别关键词标签品牌者手年份颜色材质"
    "热门受欢迎流行新最近天月周期探索请求条件筛选了解知用户观众顾客多少数量共有并且同时此外另外总之",
    max_sentence=110,
)

LANGUAGE = Language(
    code="zh",
    quotes=("“", "”"),
    work_quotes=("《", "》"),
    work_domains=frozenset(
        [
            "movie",
            "movies",
            "film",
            "films",
            "tv",
            "series",
            "book",
            "books",
            "song",
            "songs",
            "music",
            "game",
            "games",
        ]
    ),
    nouns={
        "": "它",
        "movie": "这部影片",
        "movies": "这部影片",
        "film": "这部影片",
        "films": "这部影片",
        "book": "这本书",
        "books": "这本书",
        "game": "这款游戏",
        "games": "这款游戏",
        "song": "这首歌",
        "songs": "这首歌",
        "article": "这篇文章",
        "articles": "这篇文章",
        "news": "这篇文章",
        "recipes": "这份菜谱",
        "fashion": "这件商品",
        "beauty": "这件商品",
        "toys": "这件商品",
        "toys_and_games": "这件商品",
    },
    it="它",
    you="你{deed}",
    verbs=VERBS,
    crowd=CROWD,
    rated=(Verb("给{x}打了 {value} 分", "你打了 {value} 分的{x}", VERBS["rating"][0].said_by),),
    rated_item="给{x}打了 {value} 分",
    rated_list="{x}",
    rated_last="、",
    rated_same="给{x}都打了 {value} 分",
    attributes=ATTRIBUTES,
    attribute_unnamed=ATTRIBUTES[""],
    also="也",
    both="都",
    something="你选过的内容",
    description="简介",
    details="基本信息",
    media={"video": "视频"},
    ever="至今",
    counted={
        "people": ("{n} 人", "{n} 人"),
        "items": ("", " {n} 项内容"),
        "entries": ("{n} 条", "{n} 条"),
    },
    percent="{n}%",
    ago=("今天", " 1 天前", " {n} 天前"),
    window=("最近 1 天里", "最近 {n} 天里"),
    list_separator="、",
    list_last="和",
    predicates_last="，",
    deeds_last="，还",
    leads=LEADS,
    tails=TAILS,
    tails_same=TAILS_SAME,
    joints=("；", "，而且"),
    describe=("{this}{sg}",),
    nothing_else=("除此之外，没有别的突出依据", "其他方面没有突出的依据"),
    nothing=("{this}没有哪一条依据特别突出", "没有哪条依据让{this}格外突出"),
    max_line=50,
    stop="。",
    between_sentences="",
    lexicon=LEXICON,
    taste=TASTE,
    attribute_aliases={
        "directors": "director",
        "导演": "director",
        "actor": "cast",
        "actors": "cast",
        "starring": "cast",
        "主演": "cast",
        "演员": "cast",
        "authors": "author",
        "writer": "author",
        "作者": "author",
        "artists": "artist",
        "band": "artist",
        "歌手": "artist",
        "color": "colour",
        "colour_group_name": "colour",
        "颜色": "colour",
        "manufacturer": "brand",
        "品牌": "brand",
        "材质": "material",
        "keywords": "keyword",
        "tag": "keyword",
        "tags": "keyword",
        "标签": "keyword",
        "release_year": "year",
        "年份": "year",
        "出版社": "publisher",
    },
    event_aliases={
        "buy": "purchase",
        "order": "purchase",
        "cart": "add_to_cart",
        "rate": "rating",
        "bookmark": "save",
        "wishlist": "save",
        "stream": "listen",
    },
    spaced_latin=True,
)

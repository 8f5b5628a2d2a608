"""Function words of Chinese, and what tells how a person stands to what comes after it.

Owns words that name nothing; simplified, as patterns. There are no topics here.
"""

from __future__ import annotations

import re

HARMLESS = re.compile(
    r"不错|没关系|没问题|没看过|没读过|没听过|没见过|不知道|不介意|不管|无所谓|有没有|要不要|是不是|能不能|可不可以"
    r"|会不会|好不好|随便|什么都可?[以行好]?|都可以|都行|都好|其他都|其它都|谢谢"
)
"""What holds a word of negation and denies nothing, or says nothing that can be looked for."""
PRAISE = ("好", "看", "棒", "赞")
"""Signs of what everybody says of what they want: 好看, 很棒."""
SORTS = ("电影", "電影", "影片", "片子", "片", "剧", "劇", "书", "書", "歌", "东西", "東西")
"""Nouns for whatever a catalogue has."""
AGE = re.compile(r"[老旧舊]的?|[经經]典的?")
"""Begins the words for something that was made long ago: 老电影."""
ASKING = re.compile(
    r"我?(?:只?想|要|希望|打算)(?:要|看|买|找|读|听)(?:一?[点些])?|我想(?!象|像)|我要|我喜欢|我爱看|给我|帮我|推荐"
    r"|来一?[点些个部本件条]|有什么"
)
"""Begins anew what is wanted."""
BUT = re.compile(r"但是|但(?!丁)|不过|可是|然而|而是|不只是?|不仅是?|不光是?|而且|并且|还要|也要")
OR = re.compile(r"或者是?|或是|还是|以及|还有|[、/]")
MARK = re.compile(r"[,。.!?;:()\[\]…\n]+")
WITHOUT = re.compile(
    r"没有?兴趣看?|不要有?|不想要?看?|不看|不喜欢看?|不爱看?|不需要|不含|不带|不包括|不希望有?|没有|讨厌|受不了|厌倦了?|看腻了|腻了|避免"
    r"|拒绝|排除|去掉|除了|除去|除开|别要|别给我看?|别推荐|别来"
)
WITHOUT_AT_THE_START = re.compile(r"不是|不|没|别|无(?![间线数限聊敌])")
"""Single characters, which stand within other words elsewhere: 特别, 性别."""
NO_NEGATION = re.compile(r"不[同朽良限凡得]|不一样|别[墅的人处]|没落")
LESS = re.compile(
    r"少一?[点些]儿?|更少|不要那?么?太|别那?么?太|不要那么|别那么|不那么|没那么|没有那么|不太|不怎么|不会太|不要过于|不过于"
)
LESS_AT_THE_START = re.compile(r"太(?![空极阳平太子])")
"""太 "too", and not in 太空, 犹太."""
PREFER = re.compile(r"更多|更加?(?!衣|生|年期)|多一?[点些]儿?|比较|最好是?有?|宁可|宁愿|尽量|稍微")
SOFTENED = re.compile(r"(?:一[点些]儿?|点儿)$")
"""At the end of words: a little more of it."""
ENDS = re.compile(r"了?(?:[,。.!?;:、\n]|$)")
"""After what is denied behind its words: 恐怖片不要."""
_REFUSED = (
    r"没有?(?:什么)?兴趣|[不没]感兴趣|提不起兴趣|不用了?|不了|不必了?|算了|免了|罢了|不行|不(?:太|怎么)?感冒|不是我的菜"
    r"|不太?(?:适合我|对我胃口)|不合我的?(?:口味|胃口)"
)
_REFUSED_WHERE_ASKED = r"不要|不想看?|不看|不喜欢看?|不爱看?|不需要|别|不"
_BESIDE = r"(?:我|就|都|还是|真的|实在|可|也){0,3}"
REFUSAL = re.compile(
    rf"(?:[ ,…]{{0,3}}{_BESIDE}(?:{_REFUSED})"
    rf"|[ …]{{0,3}}[?:\-][ ?:\-…]{{0,3}}{_BESIDE}(?:{_REFUSED}|{_REFUSED_WHERE_ASKED}))"
    r"[了吧啊呢]{0,2}(?:[, ]{0,2}(?:谢谢你?|多谢))?(?=[,。.!?;:、\n…]|$)"
)
"""Denies the words before it: 恐怖片不感兴趣. After a mark of asking also what denies elsewhere what comes
after it: 恐怖片？不要."""
OF_WHAT_FOLLOWS = re.compile(r"没|无|不含|不带|不包括|不(?![要想看喜爱需希])")
"""Negations that go with the words up to 的, and not with those after: 没有暴力的喜剧."""
LEADING = re.compile(
    r"\s|千万(?=不|别)|的|了|吧|吗|呢|啊|呀|哦|嗯|很|非常|一[部个本件条些点款首张双只]|几[部个本件条款首张双只]"
    r"|[那这][部个本件条些种款]|那种|这种|其他|其它|别的|东西|什么|关于|适合|可以|来自|些|请(?![柬客])|我(?![的们])"
    r"|想(?![象像])|要(?![素塞])|看(?![点板])|有(?![趣机声名害毒氧限线])|带(?![子鱼])|含|找|由|是(?!非)|也|都(?!市)"
    r"|对于?(?![手战决象话立抗白称策比面头岸门])|再(?![见生])|就(?!业)|还(?![珠原])|只|能(?!量)|会(?![计员议])|给(?!力)|和(?![平谐尚服弦])|与(?!众)|跟|及|且"
    r"|在(?!线)|到|从(?!前)|[^\w《\"$€£¥#]"
)
"""What no clause begins with, and not where it begins a word: 有, and not 有趣."""
TRAILING = re.compile(
    r"(?:\s|(?:主演|出演|演|导演|执导|拍|写)的|的|了|吗|呢|啊|呀|(?<![酒网])吧|以外|之外|东西|一样|那样|这样|[^\w》\"+#])$"
)
"""What no clause ends with."""
MAX_TRAILING = 4
"""Characters of the longest of these."""

"""Chinese as it is typed: traditional or simplified, full or half width, and what is no Chinese.

Knows no words.
"""

from __future__ import annotations

import re

from service.wishes.languages.text import fold

_SIMPLIFIED = str.maketrans(
    "別沒過個類樣點內時鐘歲適給貴舊塊錢萬億兩從後間來厭請幫電關於還雖這對無與種們嗎開愛歡煩隨"
    "謝導頁顆級價預約樓輯錄遠長頂餘張場實預圓臺當說聽買讓現貨導帶劇討據選絕輕鬆總會覺夠麼嚇讚寧願"
    "較幾庫應該區緊膩興罷",
    "别没过个类样点内时钟岁适给贵旧块钱万亿两从后间来厌请帮电关于还虽这对无与种们吗开爱欢烦随"
    "谢导页颗级价预约楼辑录远长顶余张场实预圆台当说听买让现货导带剧讨据选绝轻松总会觉够么吓赞宁愿"
    "较几库应该区紧腻兴罢",
)
"""Characters of function words. Those of a wish's own words are left as they are written."""
_CHINESE = re.compile(r"[㐀-鿿]")
_OTHER_SYLLABLES = re.compile(r"[ぁ-ヿ가-힯ㄱ-ㆎ]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+")


def simplified(text: str) -> str:
    """As long as the text: what tables of words are compared with."""
    return fold(text).translate(_SIMPLIFIED)


def is_chinese(text: str) -> bool:
    """Whether Chinese characters are no fewer than words in Latin letters, with none of Japanese and
    Korean."""
    n_chinese = len(_CHINESE.findall(text))
    if not n_chinese or _OTHER_SYLLABLES.search(text):
        return False
    return n_chinese >= len(_LATIN_WORD.findall(text))

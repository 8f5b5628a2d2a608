"""What a language model may reply with in Chinese."""

from __future__ import annotations

from service.dialogue.languages.manners import Manner, Manners, Role

CHINESE = Manners(
    language="Chinese",
    is_spaced=False,
    of={
        Role.ASKED: Manner(
            example="你想要{facts}。",
            words="你您我想要的是这些按照好了请听到懂明白说过和与也还以及",
        ),
        Role.LEANING: Manner(
            example="我会倾向于{facts}，这不作筛选。",
            words="你您我想要的是这些会在此上下以里也还和与只仅而已",
            needed=[["倾向于", "倾向", "偏向", "偏好"]],
            allowed=["不作筛选", "不做筛选", "不是筛选条件", "不作为筛选条件"],
        ),
        Role.UNKNOWN: Manner(
            example="我没有听懂{facts}。",
            words="你您我说的是这些句话里词抱歉和与也还有",
            needed=[
                ["没有听懂", "没听懂", "没能听懂", "没有理解", "没能理解", "没有明白", "没明白"]
            ],
        ),
        Role.REMOVAL: Manner(
            example="去掉{facts}，它就会跌出你的列表。",
            words="你您的和与如果只要把历史记录里",
            needed=[
                ["去掉", "拿掉"],
                [
                    "它就会跌出你的列表",
                    "它就会跌出列表",
                    "它会跌出你的列表",
                    "它会离开你的列表",
                    "它就不在你的列表里",
                ],
            ],
        ),
    },
)

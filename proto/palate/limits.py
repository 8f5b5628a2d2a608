"""The most that fields may hold, as the rules of the contract say it.

For who checks before sending, and for the readers of files, which take what a call would take.
Lengths are in characters (code points), which is what `len` of a text counts.
"""

from __future__ import annotations

from palate.rules import rules_of
from palate.v1 import catalog_pb2, event_pb2, index_pb2, recommend_pb2, user_pb2

_ITEM = rules_of(catalog_pb2.Item)
_ATTRIBUTE = rules_of(catalog_pb2.AttributeValue)
_LIST = rules_of(catalog_pb2.StringList)
_EVENT = rules_of(event_pb2.Event)
_IMAGES = rules_of(index_pb2.ImageList)
_RECOMMEND = rules_of(recommend_pb2.RecommendRequest)
_USER = rules_of(user_pb2.PutUserRequest)

MAX_ID_CHARS = _ITEM["item_id"].string.max_len
"""Also of a domain, a category and the name of an attribute."""
MAX_TITLE_CHARS = _ITEM["title"].string.max_len
MAX_DESCRIPTION_CHARS = _ITEM["description"].string.max_len
MAX_CATEGORIES = _ITEM["categories"].repeated.max_items
MAX_ATTRIBUTES = _ITEM["attributes"].map.max_pairs
MAX_ATTRIBUTE_CHARS = _ATTRIBUTE["string_value"].string.max_len
MAX_LIST_VALUES = _LIST["values"].repeated.max_items
MAX_DATA_URI_CHARS = _ITEM["image"].string.max_len
MAX_PER_MODALITY = _IMAGES["images"].repeated.max_items
"""Pictures of an item, or others that may be several."""
MAX_TYPE_CHARS = _EVENT["event_type"].string.max_len
MAX_POSITION = _EVENT["position"].int32.lte
MAX_TASTE_CHARS = _USER["taste"].string.max_len
MAX_FILTER_CHARS = _RECOMMEND["filter"].string.max_len
MAX_K = _RECOMMEND["k"].int32.lte

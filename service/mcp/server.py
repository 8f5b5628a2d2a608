"""The MCP server: tools by which agents ask for recommendations.

Owns what the tools are called, what they take and what they say of themselves. Every tool but
`record_event` only reads, and that one is there only where a setting allows it. Knows nothing of
where the answers come from (`service.api.services.Backend`), and of loading only that it may last.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from encoders.errors import PalateError
from indexer.catalog.event import Event
from palate.limits import MAX_ID_CHARS
from service.api.messages import (
    MAX_K,
    ExplainRequest,
    RecommendRequest,
    SearchRequest,
    SimilarRequest,
    TasteRequest,
)
from service.api.services import Backend
from service.mcp import untrusted
from service.mcp.untrusted import NOTE, Answer

T = TypeVar("T")

NAME = "palate"
INSTRUCTIONS = (
    "Palate recommends items of one catalogue, and says why. A wish is what somebody wants now, in their words: it "
    "leads the list, and its limits are kept to. To go on from a list ('less violent', 'more like 3'), call recommend "
    f"again with its recommendation_id as refine_recommendation_id. {NOTE}"
)
MAX_CHARS = 2_000
MAX_HISTORY = 100

Text = Annotated[str, Field(max_length=MAX_CHARS)]
Id = Annotated[str, Field(min_length=1, max_length=MAX_ID_CHARS)]
AnyId = Annotated[str, Field(max_length=MAX_ID_CHARS, description="Empty for anybody.")]
K = Annotated[int, Field(ge=1, le=MAX_K, description="Results wanted.")]
Filter = Annotated[
    str,
    Field(
        max_length=MAX_CHARS,
        description='Only items that match: categories:"Comedy" AND price < 20',
    ),
]

_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
_WRITES = ToolAnnotations(
    read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False
)


class Tools:
    """What agents may call. `loading` is awaited by each call, until it has a backend."""

    def __init__(self, loading: Callable[[], Awaitable[Backend]], language: str) -> None:
        self._loading = loading
        self._language = language

    async def recommend(
        self,
        user_id: AnyId = "",
        wish: Text = "",
        k: K = 10,
        filter: Filter = "",
        history_item_ids: Annotated[
            list[Id], Field(max_length=MAX_HISTORY, description="Looked at just now, oldest first.")
        ] = [],  # noqa: B006 - nobody writes to it
        refine_recommendation_id: AnyId = "",
    ) -> Answer:
        """What a person might like next, best first, each with its reason. All is optional: without a
        user it is what anybody might like. `wish` is what they want now, in words, such as "a western
        without gore, before 1980"; `wish_read_as` says how it was understood."""
        request = RecommendRequest(
            user_id=user_id,
            wish=wish,
            k=k,
            filter=filter,
            history_item_ids=history_item_ids,
            refine_recommendation_id=refine_recommendation_id,
            explain=True,
            language=self._language,
        )
        return untrusted.recommendation(
            await self._asked(lambda backend: backend.recommend(request))
        )

    async def search(
        self,
        text: Annotated[str, Field(min_length=1, max_length=MAX_CHARS)],
        k: K = 10,
        filter: Filter = "",
    ) -> Answer:
        """Items for words, nearest first, for nobody in particular."""
        request = SearchRequest(text=text, k=k, filter=filter)
        return untrusted.recommendation(
            await self._asked(lambda backend: backend.search_items(request))
        )

    async def similar(self, item_id: Id, k: K = 10, filter: Filter = "") -> Answer:
        """Items like one item, by content and by who chose both."""
        request = SimilarRequest(item_id=item_id, k=k, filter=filter)
        return untrusted.recommendation(
            await self._asked(lambda backend: backend.similar_items(request))
        )

    async def explain(
        self,
        item_id: Id,
        recommendation_id: AnyId = "",
        user_id: AnyId = "",
        instead_of_item_id: AnyId = "",
    ) -> Answer:
        """Why an item: as it was served (recommendation_id), or for a user as things stand now
        (user_id). Every sentence rests on the evidence beside it. `instead_of_item_id` asks why this
        and not that."""
        if not recommendation_id and not user_id:
            raise ToolError("give recommendation_id, of the list it was on, or user_id")
        request = ExplainRequest(
            item_id=item_id,
            recommendation_id=recommendation_id,
            user_id=user_id,
            instead_of_item_id=instead_of_item_id,
            language=self._language,
        )
        return untrusted.explanation(await self._asked(lambda backend: backend.explain(request)))

    async def describe_taste(self, user_id: Id) -> Answer:
        """What a user's choices have in common, when that changed, and what they turn down."""
        request = TasteRequest(user_id, self._language)
        return untrusted.taste(await self._asked(lambda backend: backend.describe_taste(request)))

    async def record_event(
        self,
        user_id: Id,
        item_id: Id,
        event_type: Annotated[
            str,
            Field(
                pattern=r"^[\w.:]+$",
                max_length=64,
                description="like, dislike, purchase, rating ...",
            ),
        ],
        value: Annotated[float | None, Field(description="Of a rating: its stars.")] = None,
    ) -> Answer:
        """Record what a user did with an item. It changes what they are recommended from now on: call it
        only for what they said or did themselves."""
        row = {
            "user_id": user_id,
            "item_id": item_id,
            "event_type": event_type,
            "value": value,
            "timestamp": time.time(),
        }
        report = await self._asked(lambda backend: backend.record_events([Event.from_mapping(row)]))
        return {
            "recorded": report.recorded,
            "unknown_items": report.unknown_items,
            "withheld": report.withheld,
        }

    async def _asked(self, ask: Callable[[Backend], T]) -> T:
        """ToolError with what Palate says where it refuses; the agent reads that."""
        try:
            backend = await self._loading()
            return await asyncio.to_thread(ask, backend)
        except Exception as error:
            if isinstance(error, PalateError) or type(error).__name__ == "PalateRpcError":
                raise ToolError(str(error)) from None
            raise


def mcp_server(tools: Tools, version: str, *, may_record: bool) -> MCPServer[Any]:
    """The server of these tools; with `record_event` where agents may record."""
    server: MCPServer[Any] = MCPServer(NAME, instructions=INSTRUCTIONS, version=version)
    reading = (tools.recommend, tools.search, tools.similar, tools.explain, tools.describe_taste)
    for tool in reading:
        server.add_tool(tool, annotations=_READS)
    if may_record:
        server.add_tool(tools.record_event, annotations=_WRITES)
    return server

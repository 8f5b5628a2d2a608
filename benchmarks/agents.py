"""What an agent and `palate mcp` say to each other: a transcript, recorded over stdio with the client
of the official package.

    python -m benchmarks.agents --data DIR [--user ID] [--write]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from benchmarks.folders import palate
from benchmarks.tables import replace_section

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/agents.md"
MAX_CHARS = 1_600
"""Of an answer; what is beyond is cut."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="a data folder")
    parser.add_argument("--user", default="42", help="whom the agent asks for (default 42)")
    parser.add_argument("--write", action="store_true", help="put it into docs/agents.md too")
    asked = parser.parse_args()
    text = asyncio.run(transcript(asked.data, asked.user))
    print(text)
    if asked.write:
        replace_section(PAGE, "transcript", text)


async def transcript(data: Path, user: str) -> str:
    program, *arguments = palate("mcp", "--data", data)
    over = StdioServerParameters(command=program, args=arguments, env=dict(os.environ), cwd=ROOT)
    async with Client(stdio_client(over, errlog=sys.stderr)) as client:
        return "\n\n".join([block async for block in turns(client, user)])


async def turns(client: Client, user: str) -> AsyncIterator[str]:
    """A conversation: a wish, what is wrong with it, why, and who is asking."""
    listed = await client.list_tools()
    names = [
        f"{tool.name}{'' if tool.annotations and tool.annotations.read_only_hint else ' (writes)'}"
        for tool in listed.tools
    ]
    yield "```text\n" + "tools: " + ", ".join(names) + "\n```"
    first: dict[str, Any] = {"user_id": user, "wish": "a western, no horror, before 1980", "k": 2}
    answer = await client.call_tool("recommend", first)
    yield told("recommend", first, answer)
    at = (answer.structured_content or {})["recommendation_id"]
    finer = {"user_id": user, "wish": "something newer", "refine_recommendation_id": at, "k": 1}
    answer = await client.call_tool("recommend", finer)
    yield told("recommend", finer, answer)
    found = answer.structured_content or {}
    why = {
        "item_id": found["results"][0]["item_id"],
        "recommendation_id": found["recommendation_id"],
    }
    yield told("explain", why, await client.call_tool("explain", why))
    lost = {"item_id": "no-such-item"}
    yield told("similar", lost, await client.call_tool("similar", lost))


def told(tool: str, arguments: dict[str, Any], answer: Any) -> str:
    said = json.dumps(arguments, ensure_ascii=False)
    text = answer.content[0].text
    if not answer.is_error:
        text = json.dumps(answer.structured_content, indent=1, ensure_ascii=False)
    cut = text if len(text) <= MAX_CHARS else text[:MAX_CHARS] + "\n…"
    return f"```text\n> {tool} {said}\n{'error: ' if answer.is_error else ''}{cut}\n```"


if __name__ == "__main__":
    main()

"""Answers as a notebook shows them: pictures, reasons, evidence as bars.

Everything that comes from a catalogue is escaped, and a picture is shown only where it is one: a data:
URI of a picture, an http(s) URL, or a file within the folder that the caller has named, where the data
folder's own are too. Knows no calls.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from palate.v1 import explain_pb2, recommend_pb2

MAX_PICTURE_BYTES = 512 * 1024
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
_WEB = re.compile(r"https?://[^\s\"'<>]+")
_KEPT = re.compile(r"kept:([0-9a-f]{2})([0-9a-f]{30})")
"""What a server calls a picture that came as bytes: it lies at `0b/0bce...` of `pictures/`."""
_BEGINS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff", "gif": b"GIF8", "webp": b"RIFF"}
_ROW = "display:flex;gap:.8em;align-items:flex-start;padding:.4em 0;border-top:1px solid #8884"
_PICTURE = "width:64px;height:64px;object-fit:cover;border-radius:4px"
_BAR = "display:inline-block;height:.7em;border-radius:2px;background:#0a7d5a"
_SOFT = "opacity:.7;font-size:90%"
BAR_PX = 160


def results(found: Sequence[recommend_pb2.ScoredItem], pictures: Path | None) -> str:
    """A list of items, best first."""
    return "".join(_result(one, pictures) for one in found) or "<p>No items.</p>"


def evidence(found: Sequence[explain_pb2.Evidence]) -> str:
    """The facts, each with a bar as long as its share."""
    rows = "".join(_fact(one) for one in found)
    return f"<table>{rows}</table>" if rows else ""


def notes(said: Sequence[str]) -> str:
    """What was missing, and what was done instead."""
    return "".join(f'<p style="{_SOFT}">{html.escape(one)}</p>' for one in said)


def paragraph(text: str) -> str:
    """A text of ours, which names items of theirs."""
    return f"<p>{html.escape(text)}</p>"


def picture(name: str, pictures: Path | None) -> str:
    """An img element; empty where there is nothing that can be shown."""
    source = _source(name, pictures)
    if not source:
        return ""
    return f'<img src="{html.escape(source, quote=True)}" style="{_PICTURE}" alt="" loading="lazy">'


def _result(one: recommend_pb2.ScoredItem, pictures: Path | None) -> str:
    item = one.item
    title = html.escape(item.title or one.item_id)
    about = html.escape(", ".join(item.categories))
    price = f" · {item.price:g}" if item.HasField("price") else ""
    reason = f"<div>{html.escape(one.reason)}</div>" if one.reason else ""
    return (
        f'<div style="{_ROW}"><div>{one.rank}</div>{picture(item.image, pictures)}'
        f'<div><b>{title}</b> <span style="{_SOFT}">{about}{price}</span>{reason}</div></div>'
    )


def _fact(one: explain_pb2.Evidence) -> str:
    kind = explain_pb2.EvidenceKind.Name(one.kind).removeprefix("EVIDENCE_KIND_")
    words = " · ".join(word for word in (one.title or one.item_id, one.name, one.value) if word)
    width = round(BAR_PX * min(max(one.weight, 0.0), 1.0))
    share = f"{one.weight:.0%}" if one.weight else ""
    bar = f'<span style="{_BAR};width:{width}px"></span>' if width else ""
    label = html.escape(kind.replace("_", " ").lower())
    return f"<tr><td>{label}</td><td>{html.escape(words)}</td><td>{bar} {share}</td></tr>"


def _source(name: str, pictures: Path | None) -> str:
    if _DATA.fullmatch(name) or _WEB.fullmatch(name):
        return name
    if not name or pictures is None or "\0" in name:
        return ""
    kept = _KEPT.fullmatch(name)
    return _embedded(pictures.resolve(), f"{kept[1]}/{kept[1]}{kept[2]}" if kept else name)


def _embedded(folder: Path, name: str) -> str:
    """A picture within the folder, as a data: URI."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        return ""
    if path.stat().st_size > MAX_PICTURE_BYTES:
        return ""
    content = path.read_bytes()
    kinds = [kind for kind, begin in _BEGINS.items() if content.startswith(begin)]
    return f"data:image/{kinds[0]};base64,{base64.b64encode(content).decode()}" if kinds else ""


def table(rows: Sequence[Sequence[Any]]) -> str:
    """Cells of any values; the first row is the header."""
    head, *body = rows
    top = "".join(f"<th>{html.escape(str(cell))}</th>" for cell in head)
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in body
    )
    return f"<table><tr>{top}</tr>{lines}</table>"

"""What the encoder tests share."""

from __future__ import annotations

import pytest
from PIL import Image

from encoders import hub


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine from which no model hub can be reached, without waiting to find out."""
    monkeypatch.setattr(hub, "hub_answers", lambda: False)


@pytest.fixture
def gradient() -> Image.Image:
    """A 320 x 240 picture with no two columns or rows alike: red grows to the right, green
    downwards."""
    horizontal = Image.linear_gradient("L").rotate(90).resize((320, 240))
    vertical = Image.linear_gradient("L").resize((320, 240))
    return Image.merge("RGB", (horizontal, vertical, Image.new("L", (320, 240), 64)))

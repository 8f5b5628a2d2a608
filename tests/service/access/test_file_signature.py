"""Whether a file is another than before."""

from __future__ import annotations

import os
from pathlib import Path

from service.access.file_signature import file_signature


def test_it_changes_with_the_file_and_not_without(tmp_path: Path) -> None:
    file = tmp_path / "key"
    assert file_signature(file) is None
    file.write_text("a")
    first = file_signature(file)
    assert first == file_signature(file)
    file.write_text("bb")
    assert file_signature(file) != first
    other = tmp_path / "other"
    other.write_text("cc")
    second = file_signature(file)
    os.replace(other, file)
    assert file_signature(file) != second

from pathlib import Path

import pytest

from encoders.errors import ImageError
from indexer.pictures import PictureFolder, admitted


def test_a_path_inside_the_image_folder_becomes_absolute(tmp_path: Path) -> None:
    assert admitted("posters/1.jpg", tmp_path) == str(tmp_path / "posters/1.jpg")
    assert admitted("posters/../1.jpg", tmp_path) == str(tmp_path / "1.jpg")
    absolute = str(tmp_path / "1.jpg")
    assert admitted(absolute, tmp_path) == absolute  # what the log gives back is taken again


@pytest.mark.parametrize("image", ["../secret.jpg", "/etc/passwd", "posters/../../secret.jpg", "link/secret.jpg"])
def test_a_path_that_leaves_the_image_folder_is_refused(tmp_path: Path, image: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(ImageError, match="lies outside the image folder"):
        admitted(image, root)


@pytest.mark.parametrize("image", ["a\0b.jpg", "x" * 5000, "loop/1.jpg"])
def test_an_impossible_path_is_an_image_error_or_a_file_that_is_not_there(tmp_path: Path, image: str) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    try:
        path = admitted(image, tmp_path)
    except ImageError as error:
        assert "no usable path" in str(error)  # noqa: PT017
    else:
        assert path.startswith(str(tmp_path))


def test_without_an_image_folder_only_urls_and_kept_pictures_are_admitted() -> None:
    kept = "kept:" + "0" * 32
    assert admitted("https://example.org/1.jpg", None) == "https://example.org/1.jpg"
    assert admitted(kept, None) == kept
    with pytest.raises(ImageError, match="no image folder is configured"):
        admitted("1.jpg", None)


def test_bytes_are_kept_once_and_found_again(tmp_path: Path) -> None:
    folder = PictureFolder(tmp_path / "images")
    name = folder.keep(b"picture")
    assert folder.keep(b"picture") == name
    assert folder.keep(b"other") != name
    assert folder.path(name).read_bytes() == b"picture"
    assert len([file for file in (tmp_path / "images").rglob("*") if file.is_file()]) == 2


def test_sweeping_removes_what_no_item_uses(tmp_path: Path) -> None:
    folder = PictureFolder(tmp_path / "images")
    one, two = folder.keep(b"1"), folder.keep(b"2")
    assert folder.sweep({one, "/some/path.jpg"}) == 1
    assert folder.path(one).exists()
    assert not folder.path(two).exists()
    assert PictureFolder(tmp_path / "none").sweep(set()) == 0


def test_urls_and_relative_paths_have_no_file(tmp_path: Path) -> None:
    folder = PictureFolder(tmp_path)
    with pytest.raises(ImageError, match="pictures are not fetched"):
        folder.path("HTTPS://example.org/1.jpg")
    with pytest.raises(ImageError, match="index the item again"):
        folder.path("kept:../../etc/passwd")

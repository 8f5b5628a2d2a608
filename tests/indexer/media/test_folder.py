from pathlib import Path

import pytest

from encoders.errors import MediaError
from indexer.catalog.item import Item
from indexer.media.folder import MediaFolder, admitted, public, public_name, unpacked


def test_a_path_inside_the_image_folder_becomes_absolute_and_remembers_its_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "posters").mkdir()
    (tmp_path / "posters/1.jpg").touch()
    name = admitted("posters/1.jpg", tmp_path)
    assert name == f"{tmp_path}/./posters/1.jpg"
    assert Path(name).is_file()
    assert admitted("posters/../1.jpg", tmp_path) == f"{tmp_path}/./1.jpg"
    assert admitted(name, tmp_path) == name  # what the log gives back is taken again
    assert admitted(str(tmp_path / "posters/1.jpg"), tmp_path) == name
    assert admitted("tmp/1.jpg", Path("/")) == "/./tmp/1.jpg"


@pytest.mark.parametrize(
    ("image", "seen"),
    [
        ("/srv/catalogue/./posters/1.jpg", "posters/1.jpg"),
        ("/srv/catalogue/posters/1.jpg", "1.jpg"),
        ("kept:" + "0" * 32, "kept:" + "0" * 32),
        ("https://example.org/./1.jpg", "https://example.org/./1.jpg"),
    ],
)
def test_callers_do_not_see_where_a_picture_lies(image: str, seen: str) -> None:
    assert public_name(image) == seen
    item = Item("a", media={"image": (image, "/srv/./2.jpg")})
    assert public(item) == Item("a", media={"image": (seen, "2.jpg")})
    assert public(Item("a")) == Item("a")


@pytest.mark.parametrize(
    "uri",
    [
        "data:image/png;base64,AAEC/w==",
        "data:;base64,AAEC%2Fw%3D%3D",
        "DATA:image/png;name=a.png;BASE64,AAEC/w==",
        "data:image/png,%00%01%02%FF",
    ],
)
def test_a_picture_in_a_data_uri_is_unpacked(uri: str) -> None:
    assert unpacked(uri, 4) == b"\x00\x01\x02\xff"


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("data:image/png;base64", "is no data: URI"),
        ("data:image/png;base64,AAE", "is not sound base64"),
        ("data:image/png;base64,AA EC", "is not sound base64"),
        ("data:image/png;base64,ÄÖÜ=", "is not sound base64"),
        ("data:image/png;base64,AAECAwQ=", r"is over 4 bytes; .*images\.max_bytes"),
    ],
)
def test_a_data_uri_that_is_none_is_an_image_error_that_does_not_repeat_it_all(
    uri: str, why: str
) -> None:
    with pytest.raises(MediaError, match=why):
        unpacked(uri, 4)
    with pytest.raises(MediaError) as caught:
        unpacked("data:x" + "y" * 100_000, 4)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("name", ["ftp://host/a.jpg", "s3://bucket/a.jpg", "FILE:///a.jpg"])
def test_an_address_that_is_not_of_the_web_is_no_missing_file(tmp_path: Path, name: str) -> None:
    for root in (tmp_path, None):
        with pytest.raises(MediaError, match=r"(ftp|s3|file):// is not read; give an https://"):
            admitted(name, root)


@pytest.mark.parametrize(
    "image", ["../secret.jpg", "/etc/passwd", "posters/../../secret.jpg", "link/secret.jpg"]
)
def test_a_path_that_leaves_the_image_folder_is_refused(tmp_path: Path, image: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(MediaError, match="lies outside the catalogue's folder"):
        admitted(image, root)


@pytest.mark.parametrize("image", ["a\0b.jpg", "x" * 5000, "loop/1.jpg"])
def test_an_impossible_path_is_an_image_error_or_a_file_that_is_not_there(
    tmp_path: Path, image: str
) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    try:
        path = admitted(image, tmp_path)
    except MediaError as error:
        assert "no usable path" in str(error)  # noqa: PT017
    else:
        assert path.startswith(str(tmp_path))


def test_without_an_image_folder_only_urls_and_kept_pictures_are_admitted() -> None:
    kept = "kept:" + "0" * 32
    assert admitted("https://example.org/1.jpg", None) == "https://example.org/1.jpg"
    assert admitted(kept, None) == kept
    with pytest.raises(MediaError, match="no folder of files is configured"):
        admitted("1.jpg", None)


def test_bytes_are_kept_once_and_found_again(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "images")
    name = folder.keep(b"picture")
    assert folder.keep(b"picture") == name
    assert folder.keep(b"other") != name
    assert folder.path(name).read_bytes() == b"picture"
    assert len([file for file in (tmp_path / "images").rglob("*") if file.is_file()]) == 2


def test_sweeping_removes_what_no_item_uses(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "images")
    one, two = folder.keep(b"1"), folder.keep(b"2")
    unused = folder.unused({one, "/some/path.jpg"})
    assert len(unused) == 1
    folder.remove(unused)
    assert folder.path(one).exists()
    assert not folder.path(two).exists()
    assert MediaFolder(tmp_path / "none").unused(set()) == set()


def test_a_relative_path_has_no_file(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path)
    with pytest.raises(MediaError, match="index the item again"):
        folder.path("kept:../../etc/passwd")


def test_what_is_kept_and_changed_since_is_named(tmp_path: Path) -> None:
    kept = MediaFolder(tmp_path)
    names = [kept.keep(content) for content in (b"one", b"two")]
    assert list(kept.damaged()) == []
    kept.path(names[1]).write_bytes(b"three")
    assert list(kept.damaged()) == [names[1]]

"""What an image has of the lab in it, and what two images differ in."""

from lab.model.contents import Change, contents, differences
from lab.model.manifest import Entry, file_entry
from tests.support import catalogue, recipes

APP = "/etc/storefront/app.toml"
LIBFX = "/usr/lib/python3/dist-packages/libfx/__init__.py"


def test_an_image_holds_packages_with_what_they_depend_on_files_and_keys():
    made = contents(recipes()["1.1"], catalogue())
    assert {name: entry.digest for name, entry in made.of("package").items()} == {
        "storefront": "1.1",
        "libpay": "1.1",
        "libfx": "2.0",
    }
    assert made.of("config")[f"{APP}#timeout"] == Entry("config", "20")
    assert made.of("file")["/etc/storefront/banner"] == file_entry(b"1.1\n")
    assert made.of("file").keys() == made.files.keys()


def test_two_images_differ_in_packages_files_keys_and_behaviour():
    found = differences(recipes()["1.0"], recipes()["1.1"], catalogue())
    assert found.packages["libfx"] == Change(None, "2.0")
    assert found.packages["libpay"] == Change("1.0", "1.1")
    assert found.config == {f"{APP}#audit": Change(None, "true"), f"{APP}#timeout": Change("10", "20")}
    assert found.behaviour == {"latency": Change(0.01, 0.015)}
    assert found.files[LIBFX].old is None and len(found.files[LIBFX].new) == 64
    assert [line for line in found.files[APP].diff if line[:1] in "+-"][2:] == [
        "+audit = true",
        "-timeout = 10",
        "+timeout = 20",
    ]
    assert "/opt/storefront/app.py" not in found.files


def test_differences_the_other_way_round_are_the_opposite():
    forth, back = (differences(recipes()[a], recipes()[b], catalogue()) for a, b in (("1.0", "1.1"), ("1.1", "1.0")))
    for part in ("packages", "files", "config", "behaviour"):
        ours, theirs = getattr(forth, part), getattr(back, part)
        assert {name: (c.old, c.new) for name, c in ours.items()} == {n: (c.new, c.old) for n, c in theirs.items()}


def test_an_image_does_not_differ_from_itself_and_no_text_has_no_lines():
    same = differences(recipes()["1.0"], recipes()["1.0"], catalogue())
    assert not (same.packages or same.files or same.config or same.behaviour)

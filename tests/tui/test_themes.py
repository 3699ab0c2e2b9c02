"""What can be read in each theme, as WCAG 2 computes it, and who can tell the versions' colours apart."""

import itertools

import pytest
from textual.color import Color

from lab.tui.marks import COLOURS, LIGHT_COLOURS, WRONG, mark
from lab.tui.themes import CONTRAST, THEMES

BACKGROUNDS = ("background", "surface", "panel")
TEXTS = ("foreground", "text", "text-muted", "foreground-muted", "primary", "accent", "success", "warning", "error")
ON_COLOUR = (
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("footer-key-foreground", "footer-background"),
    ("footer-description-foreground", "footer-background"),
    ("button-color-foreground", "primary"),
    ("button-color-foreground", "error"),
)

# How colours look to people who lack one kind of cone: Machado, Oliveira and Fernandes, 2009, severity 1.
SIGHT = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.95047, 1.0, 1.08883)


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def linear(colour):
    parts = (colour.r / 255, colour.g / 255, colour.b / 255)
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour):
    return times(XYZ, linear(colour))[1]


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lab(colour, sight):
    """CIE L*a*b* of what is seen."""
    seen = [min(max(part, 0.0), 1.0) for part in times(SIGHT[sight], linear(colour))]
    x, y, z = (
        value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
        for value in (part / white for part, white in zip(times(XYZ, seen), WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def nearest(colours):
    """How far apart the two are that somebody can tell apart the least."""
    parsed = [Color.parse(colour) for colour in colours]
    return min(
        sum((a - b) ** 2 for a, b in zip(lab(one, sight), lab(other, sight), strict=True)) ** 0.5
        for one, other in itertools.combinations(parsed, 2)
        for sight in SIGHT
    )


def shown(text, background):
    """A theme's colour as it is drawn on a background."""
    if text.startswith("auto"):
        share = float(text.removeprefix("auto").strip().removesuffix("%")) / 100
        return background + background.get_contrast_text(share)
    return background + Color.parse(text)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_text_can_be_read_on_every_background(theme):
    colours = theme.to_color_system().generate()
    least = 7.0 if theme is CONTRAST else 4.5
    pairs = [*itertools.product(TEXTS, BACKGROUNDS), *ON_COLOUR]
    found = {}
    for text, under in pairs:
        background = Color.parse(colours["background"]) + Color.parse(colours[under])
        found[text, under] = round(contrast(shown(colours[text], background), background), 2)
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_frames_can_be_seen_on_every_background(theme):
    colours = theme.to_color_system().generate()
    for line in ("panel-lighten-2", "border", "border-blurred", "accent"):
        for background in BACKGROUNDS:
            assert contrast(Color.parse(colours[line]), Color.parse(colours[background])) >= 3, (line, background)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_mark_can_be_seen_on_every_background(theme):
    versions = [str(number) for number in range(len(COLOURS))]
    marks = [mark(version, versions, theme.dark).colour for version in versions]
    for colour, background in itertools.product([*marks, WRONG], BACKGROUNDS):
        ratio = contrast(Color.parse(colour), Color.parse(getattr(theme, background)))
        assert ratio >= 3, f"{colour} on the {background} of {theme.name}: {ratio:.2f}"


@pytest.mark.parametrize("colours", [COLOURS, LIGHT_COLOURS], ids=["on dark", "on light"])
def test_marks_can_be_told_apart_whatever_cones_one_has(colours):
    assert nearest([*colours, WRONG]) > 15  # the Okabe-Ito palette itself: 16


def test_red_and_green_would_not_pass():
    assert nearest(["#d00000", "#5a7000"]) < 15


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_what_is_well_and_what_is_wrong_can_be_told_apart_whatever_cones_one_has(theme):
    assert nearest([theme.success, theme.error]) > 15


def test_a_version_has_the_same_letter_on_dark_and_on_light():
    assert mark("1.1", ["1.0", "1.1"]).letter == mark("1.1", ["1.0", "1.1"], dark=False).letter == "b"

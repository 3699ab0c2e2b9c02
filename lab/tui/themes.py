"""The colours of the terminal UI: a dark theme, a light one, and one of high contrast.

Their signal colours come from the palette of `lab.tui.marks`, or are as safe: what is well is bluish green, what is
wrong is vermillion, never red beside green. The tests hold the contrast of all text against WCAG 2: 4.5:1, and 7:1 in
`lab-contrast`.
"""

from textual.theme import Theme

DARK = Theme(
    name="lab-dark",
    dark=True,
    primary="#56b4e9",
    secondary="#0072b2",
    accent="#e69f00",
    success="#2bc195",
    warning="#f0e442",
    error="#f0782a",
    foreground="#e6e9ed",
    background="#11151a",
    surface="#161b21",
    panel="#1b2128",
    variables={
        "block-cursor-foreground": "#11151a",
        "block-cursor-blurred-foreground": "#e6e9ed",
        "button-color-foreground": "#11151a",
        "panel-lighten-2": "#68727f",
        "border-blurred": "#68727f",
    },
)

LIGHT = Theme(
    name="lab-light",
    dark=False,
    primary="#0b5f99",
    secondary="#0e3697",
    accent="#8a4b00",
    success="#065137",
    warning="#5e5402",
    error="#a84300",
    foreground="#1b2128",
    background="#fafafa",
    surface="#f3f4f6",
    panel="#eceef1",
    variables={
        "foreground-muted": "#525a64",
        "block-cursor-foreground": "#ffffff",
        "button-color-foreground": "#ffffff",
        "panel-lighten-2": "#7d8792",
        "border-blurred": "#7d8792",
    },
)

CONTRAST = Theme(
    name="lab-contrast",
    dark=True,
    primary="#56b4e9",
    secondary="#8fd0ff",
    accent="#f0e442",
    success="#4fe0b0",
    warning="#ffc233",
    error="#ff9447",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#0c0c0c",
    variables={
        "text": "auto 100%",
        "text-muted": "auto 90%",
        "text-disabled": "auto 70%",
        "foreground-muted": "#e6e6e6",
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#f0e442",
        "block-cursor-blurred-foreground": "#ffffff",
        "block-cursor-blurred-background": "#303030",
        "button-color-foreground": "#000000",
        "panel-lighten-2": "#b0b0b0",
        "border-blurred": "#b0b0b0",
    },
)

THEMES = (DARK, LIGHT, CONTRAST)

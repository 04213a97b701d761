"""Colours and signs of the charts, in one place for pages and reports. Colour is never the only sign: lines differ in dash and marker."""

INK = "#1b2733"
BLUE, ORANGE, GREEN, PURPLE, OCHRE, GREY, RED = "#1d5a96", "#c46a11", "#2b7a5b", "#7a5195", "#8a6d1a", "#5c6b7a", "#b3312c"
GRID = "#e3e9ef"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, OCHRE, GREY)
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "x", "cross")

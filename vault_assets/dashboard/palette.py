"""Colours of charts; those of the page are in theme.toml."""

BLUE, TEAL, AMBER, CORAL = "#2f5fd0", "#12a594", "#f0a020", "#e5604d"
VIOLET, SKY, PINK, SLATE = "#7a5af0", "#4db5e8", "#d6509f", "#7d8ba1"
NAVY, BROWN = "#1f3a7a", "#9a6b3f"
CATEGORIES = [BLUE, TEAL, AMBER, CORAL, VIOLET, SKY, PINK, SLATE, NAVY, BROWN]
SEQUENCE = ["#eef3fd", "#c5d6f8", "#8fb0f0", "#5c87e4", "#2f5fd0", "#1d3f96"]
INK, MUTED, GRID = "#1b2333", "#667085", "#e6eaf2"

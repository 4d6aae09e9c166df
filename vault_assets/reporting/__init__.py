"""Reports: a mart's rows in, a figure and a page of text out. Nothing here reads or writes tables."""

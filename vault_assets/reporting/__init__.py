"""Reports: rows of a mart in, a figure and a page of text out; no table is touched here."""

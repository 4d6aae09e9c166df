"""Cleaning: DuckDB expressions that take quotes and doubled encodings off a text."""

from vault_assets.model.names import literal

_TAIL = r"[\x{80}-\x{BF}]"
# Characters that UTF-8 makes of one beyond ASCII, each byte read as latin-1. Overlong forms and
# surrogates are no UTF-8: a text with one of them was not encoded twice.
_PIECES = (
    rf"[\x{{C2}}-\x{{DF}}]{_TAIL}",
    rf"\x{{E0}}[\x{{A0}}-\x{{BF}}]{_TAIL}",
    rf"[\x{{E1}}-\x{{EC}}\x{{EE}}\x{{EF}}]{_TAIL}{{2}}",
    rf"\x{{ED}}[\x{{80}}-\x{{9F}}]{_TAIL}",
    rf"\x{{F0}}[\x{{90}}-\x{{BF}}]{_TAIL}{{2}}",
    rf"[\x{{F1}}-\x{{F3}}]{_TAIL}{{3}}",
    rf"\x{{F4}}[\x{{80}}-\x{{8F}}]{_TAIL}{{2}}",
)
_PLAIN = r"[\x{00}-\x{7F}]"
_LEAD_BITS = {2: 31, 3: 15, 4: 7}


def stripped(text: str, sign: str) -> str:
    """Return SQL: `text` without a character that it begins and ends with, taken off once."""
    mark = literal(sign)
    wrapped = f"starts_with({text}, {mark}) and ends_with({text}, {mark}) and length({text}) > 1"
    # A slice, which also takes negative places, costs four times as much.
    inside = f"substring({text}, 2, length({text}) - 2)"
    return f"case when {wrapped} then {inside} else {text} end"


def decoded(text: str) -> str:
    """Return SQL: `text` with one encoding undone, if all of it is UTF-8 read as latin-1.

    Any other text stays, also one in which a single character does not fit, and plain ASCII.
    """
    doubled = literal(f"(?:{'|'.join((_PLAIN, *_PIECES))})*")
    pieces = literal("|".join((f"{_PLAIN}+", *_PIECES)))
    # strlen first: it is cheap, and tells ASCII from the rest.
    return (
        f"case when strlen({text}) > length({text}) and regexp_full_match({text}, {doubled}) "
        f"then array_to_string(list_transform(regexp_extract_all({text}, {pieces}), "
        f"lambda piece: {_character('piece')}), '') else {text} end"
    )


def _character(piece: str) -> str:
    whens = [f"when {size} then chr({_code_point(piece, size)})" for size in sorted(_LEAD_BITS)]
    return (
        f"case when unicode({piece}) < 128 then {piece} "
        f"else case length({piece}) {' '.join(whens)} end end"
    )


def _code_point(piece: str, size: int) -> str:
    parts = [f"((unicode({piece}[1]) & {_LEAD_BITS[size]}) << {6 * (size - 1)})"]
    parts += [
        f"((unicode({piece}[{place}]) & 63) << {6 * (size - place)})"
        for place in range(2, size + 1)
    ]
    return f"cast({' + '.join(parts)} as integer)"

"""Rows that the database cannot store: texts that are too long, or hold refused characters."""

from vault_assets.loading.ready_rows import JoinedRows, ReadyRows
from vault_assets.model import Source
from vault_assets.model.names import literal, quoted
from vault_assets.targets.session import Session

_NAMES = "row_no, raw, reason, column_name, detail"


def storable(session: Session, source: Source, ready: ReadyRows) -> ReadyRows:
    """Return the rows with those quarantined that the database cannot store.

    What was quarantined before is kept in a form that it can: refused characters are replaced, and
    a longer line is cut.

    Args:
        session: A session, whose attributes say what can be stored.
        source: The source of the rows.
        ready: The rows.
    """
    limit = session.widest_text
    if limit is None:
        return ready
    texts = [name for name, column in source.columns.items() if column.type.kind == "text"]
    refused = literal(session.refused_characters)
    wrong = [
        (name, rule, condition)
        for name in texts
        for rule, condition in (
            ("control_char", f"regexp_matches({quoted(name)}, {refused})"),
            ("too_long", f"strlen({quoted(name)}) > {limit}"),
        )
    ]
    cases = " ".join(f"when {test} then {literal(f'{rule}:{name}')}" for name, rule, test in wrong)
    judged = f"(select *, case {cases} end as _refused from {ready.rows})"
    count = 0
    if wrong:
        count = session.value(f"select count(*) from {judged} where _refused is not null")
    quarantined = f"select {_NAMES} from {ready.quarantined}"
    if count:
        raw = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in source.columns)
        quarantined += (
            f" union all select row_no, cast(to_json(struct_pack({raw})) as varchar) as raw, "
            "_refused as reason, split_part(_refused, ':', 2) as column_name, "
            f"'the database stores no such text' as detail from {judged} "
            "where _refused is not null"
        )
    rows = ready.rows
    if count:
        rows = f"(select * exclude (_refused) from {judged} where _refused is null)"
    return JoinedRows(
        rows=rows,
        quarantined=_shown(quarantined, refused, limit),
        records=ready.records,
        loaded=ready.loaded - count,
        rejected=ready.rejected + count,
        unknown_columns=ready.unknown_columns,
        refusal=ready.refusal,
        header=ready.header,
    )


def _shown(query: str, refused: str, limit: int) -> str:
    """Return quarantined records whose texts can be stored."""
    shown = ", ".join(
        f"case when strlen({name}) > {limit} then left({name}, {limit // 4}) else {name} end "
        f"as {name}"
        for name in ("raw", "detail")
    )
    clean = ", ".join(
        f"regexp_replace({name}, {refused}, chr(65533), 'g') as {name}"
        for name in ("raw", "detail")
    )
    return (
        f"(select row_no, {shown}, reason, column_name from "
        f"(select row_no, {clean}, reason, column_name from ({query})))"
    )

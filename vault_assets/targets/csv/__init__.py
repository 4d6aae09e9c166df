from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class CsvResult:
    rows: str
    quarantined: str
    records: int
    loaded: int
    rejected: int
    unknown_columns: tuple = ()


def spool(p, w):
    return p


@contextmanager
def read_csv(con, path, columns, *, delimiter=",", work_dir=None):
    from vault_assets.sql.dialect import sql_type

    def ex(n, c):
        q = '"' + n + '"'
        if c.type.kind == "integer":
            q = "try_cast(" + q + " as double)"
        return "try_cast(" + q + " as " + sql_type(c.type) + ') as "' + n + '"'

    cols = ", ".join(ex(n, c) for n, c in columns.items())
    con.execute(
        f"create or replace temp table shimrows as select row_number() over() + 1 as row_no, {cols} from read_csv('{path}', header=true, all_varchar=true, quote='\"', escape='\"', delim=',', auto_detect=false, ignore_errors=true, columns={{{', '.join(repr(n) + ': ' + repr('VARCHAR') for n in columns)}}})"
    )
    n = con.execute("select count(*) from shimrows").fetchone()[0]
    con.execute(
        "create or replace temp table shimrej(row_no bigint, raw varchar, reason varchar, column_name varchar, detail varchar)"
    )
    yield CsvResult("shimrows", "shimrej", n, n, 0)

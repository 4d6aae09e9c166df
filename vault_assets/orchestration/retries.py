"""Which errors of an asset are tried again: those that may go away by themselves, and no others.

Not a `RetryPolicy`: Dagster applies it to interruptions too, so that Ctrl-C and Terminate would
start the asset anew instead of ending the run, and to every mistake in the code.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb
import psycopg

from vault_assets.errors import (
    BatchError,
    LateBatchError,
    StoreError,
    UnavailableError,
    VaultAssetsError,
)
from vault_assets.loading.audits import AuditsFailedError

MAX_RETRIES = 3
# A conflict, a lost connection, a store that is down, a full disk that is being cleared.
_TRANSIENT = (
    UnavailableError,
    StoreError,
    BatchError,
    psycopg.OperationalError,
    duckdb.IOException,
    duckdb.TransactionException,
)


@contextmanager
def retried(retry_number: int) -> Iterator[None]:
    """Ask Dagster to try transient errors again, with growing waits; fail at once on others.

    Args:
        retry_number: How often this asset was tried again in this run, `context.retry_number`.

    Raises:
        dg.RetryRequested: The error may go away.
        dg.Failure: It does not, with a message for the reader.
        AuditsFailedError: As it came; the caller reports its verdicts.
    """
    try:
        yield
    except AuditsFailedError:
        raise
    except _TRANSIENT as error:
        # A late batch waits for an older one, which takes longer than any pause.
        if isinstance(error, LateBatchError) or retry_number >= MAX_RETRIES:
            raise dg.Failure(str(error), allow_retries=False) from error
        raise dg.RetryRequested(MAX_RETRIES, seconds_to_wait=_pause(retry_number)) from error
    except VaultAssetsError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    except RuntimeError as error:
        # DuckDB wraps what a signal raises in the middle of a query.
        if isinstance(error.__cause__, dg.DagsterExecutionInterruptedError):
            raise error.__cause__ from None
        raise


def _pause(retry_number: int) -> float:
    return 2.0**retry_number * random.uniform(0.5, 1.0)  # noqa: S311  jitter is no secret

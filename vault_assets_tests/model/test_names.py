"""Hints at names: the nearest one, else what is known, at a length that can be read."""

from vault_assets.model.names import nearest


def test_the_nearest_name_is_told_else_all_that_are_known() -> None:
    assert nearest("h_user", ["h_users", "h_groups"]) == "did you mean 'h_users'?"
    assert nearest("x", ["beta", "alpha"]) == "known: alpha, beta"
    assert nearest("x", []) == "none is declared"


def test_of_many_names_the_first_are_told_and_how_many_there_are() -> None:
    told = nearest("nope", [f"users-{n:04}" for n in range(500)])
    assert told.startswith("known: users-0000, ")
    assert told.endswith("users-0019 and 480 more")

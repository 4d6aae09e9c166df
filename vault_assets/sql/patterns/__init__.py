"""One module per Data Vault pattern: how its declaration becomes a plan."""

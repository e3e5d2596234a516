"""The lists of the employment ledger, by subject."""

"""The ledger's workbooks: loans, the bank's figures of a period, results of payments."""

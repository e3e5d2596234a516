"""The registry's workbooks: households with their members, and incomes."""

"""Rows of a workbook by field: which row is the header, what a cell means. Pure: knows no table."""

"""Exact arithmetic of the microcredit: integer 分 and whole numbers only; knows no Django and no table."""

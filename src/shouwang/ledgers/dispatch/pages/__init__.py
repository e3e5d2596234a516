"""HTTP of dispatch: one action or query a page."""

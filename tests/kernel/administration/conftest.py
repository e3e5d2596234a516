"""The same site as the account tests."""

from tests.kernel.accounts.conftest import site

__all__ = ["site"]

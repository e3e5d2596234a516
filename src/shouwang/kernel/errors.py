"""The refusals that pages, commands and the API turn into plain words."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it is an answer, not a fault
    """An act that is not done, with the reason and the remedy in Chinese; `field` names the input it concerns."""

    def __init__(self, message: str, *, field: str = "", link: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.link = link


class NotPermitted(Refused):
    """The person does not hold the permission here."""


class OutOfScope(Exception):  # noqa: N818 - shown as 404: whether the record exists is not said
    """The record lies outside the person's scope, or does not exist: the two look the same."""


class Stale(Refused):
    """The record has changed since the person opened it."""

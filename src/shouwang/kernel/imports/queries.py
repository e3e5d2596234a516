"""Reads of imports."""

from __future__ import annotations

from django.db.models import QuerySet

from shouwang.kernel.columns.sheet import Sheet, installed, sheet_of
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.imports.models import Import, ImportRow
from shouwang.kernel.regions.scope import Scope


def sheets(scope: Scope) -> list[Sheet]:
    """The kinds of workbook a person may import."""
    return [s for s in installed() if scope.may(s.permission)]


def imports(scope: Scope) -> QuerySet[Import]:
    """The person's and the office's imports of kinds the person may import, newest first."""
    return Import.objects.within(scope).filter(sheet__in=[s.key for s in sheets(scope)]).select_related("user")


def one_import(scope: Scope, pk: int) -> tuple[Import, Sheet]:
    """The import and its kind; raises OutOfScope."""
    found = imports(scope).filter(pk=pk).first()
    if found is None:
        raise OutOfScope
    return found, sheet_of(scope, found.sheet)


def row(scope: Scope, pk: int) -> ImportRow:
    """A row of an import in scope; raises OutOfScope."""
    found = ImportRow.objects.filter(pk=pk, batch__in=imports(scope)).select_related("batch").first()
    if found is None:
        raise OutOfScope
    return found

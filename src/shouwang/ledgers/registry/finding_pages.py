"""Pages of findings: 核实无误 and its end. The list is declared in finding_tables.py."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.pages import page, version_of
from shouwang.kernel.web import Request
from shouwang.ledgers.registry import finding_actions, finding_queries
from shouwang.ledgers.registry.checks.cards import cards
from shouwang.ledgers.registry.forms import day_field
from shouwang.ledgers.registry.models import CheckFinding
from shouwang.ledgers.registry.policies import EDIT


class AcceptForm(forms.Form):
    """How it was verified, and until when that holds."""

    reason = forms.CharField(
        label="怎样核实的",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    until = day_field("核实有效期至")

    def __init__(self, *args: Any, remedy: str, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = f"{remedy}数据属实的写明怎样核实，例如：已入户核实。请勿填写证件号码、电话。"
        last = finding_actions.longest(today)
        self.fields["until"].initial = last
        self.fields["until"].help_text = f"最迟 {last}；到期或数据有改动时重新核查。"


class ReopenForm(forms.Form):
    """Why it no longer stands."""

    reason = forms.CharField(label="撤销理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


@page(EDIT, methods=BOTH)
def accept(request: Request, pk: int) -> HttpResponse:
    """The check fails, the data are right all the same."""
    found = finding_queries.finding(request.scope, pk)
    form = AcceptForm(request.POST or None, remedy=cards()[found.code].remedy, today=request.today)

    def save(said: dict[str, Any]) -> HttpResponse:
        finding_actions.accept_finding(
            found, reason=said["reason"], until=said["until"], by=request.scope, today=request.today, version=version_of(request)
        )
        return _home(request, found, f"“{cards()[found.code].name}”已核实无误。")

    return form_page(
        request, form, save, title=f"核实无误：{_title(found)}", crumbs=_crumbs(found), submit="核实无误", version=found.version
    )


@page(EDIT, methods=BOTH)
def reopen(request: Request, pk: int) -> HttpResponse:
    """The acceptance was a mistake, or no longer holds."""
    found = finding_queries.finding(request.scope, pk)
    form = ReopenForm(request.POST or None)

    def save(said: dict[str, Any]) -> HttpResponse:
        finding_actions.reopen_finding(found, reason=said["reason"], by=request.scope, today=request.today, version=version_of(request))
        return _home(request, found, f"已撤销“{cards()[found.code].name}”的核实，重新列为待处理。")

    return form_page(
        request, form, save, title=f"撤销核实：{_title(found)}", crumbs=_crumbs(found), submit="撤销核实", version=found.version
    )


def _title(found: CheckFinding) -> str:
    who = f"（{found.member.name}）" if found.member else ""
    return f"{cards()[found.code].name}{who}"


def _crumbs(found: CheckFinding) -> list[tuple[str, str]]:
    home = found.household
    return [("户档案", "/registry/"), ("数据核查", "/registry/findings/"), (f"{home.head_name} 家庭", f"/registry/{home.pk}/")]


def _home(request: Request, found: CheckFinding, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("registry_household", pk=found.household_id)

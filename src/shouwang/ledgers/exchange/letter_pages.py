"""Pages of letters of comparison."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from shouwang.kernel.errors import NotPermitted, OutOfScope, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.exchange import letters, queries, views
from shouwang.ledgers.exchange.forms import LetterForm
from shouwang.ledgers.exchange.pages import BOTH, XLSX, _file
from shouwang.ledgers.exchange.policies import MANAGE, VIEW

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DONE = {"send": "已登记发出", "answer": "已登记反馈", "destroy": "已登记销毁，系统中的名单一并删除", "cancel": "已作废"}


@page(MANAGE, methods=BOTH)
def new(request: Request, pk: int) -> HttpResponse:
    """Draft a letter for a feed that is not handed over."""
    found = queries.agreement(request.scope, pk, MANAGE)
    form = LetterForm(request.POST or None, initial=views.letter_days(request.today))
    if request.method == "POST" and form.is_valid():
        try:
            made = letters.draft(found, form.cleaned_data, by=request.scope, today=request.today)
        except NotPermitted:
            raise
        except Refused as no:
            form.add_error(no.field if no.field in form.fields else None, no.message)
        else:
            return redirect("exchange_letter", pk=made.pk)
    return render(request, "exchange/letter_new.html", {"row": found, "form": form}, status=422 if form.is_bound else 200)


@page(VIEW)
def letter(request: Request, pk: int) -> HttpResponse:
    """One letter and its next step."""
    found = queries.letter(request.scope, pk)
    return render(request, "exchange/letter.html", views.letter(found, request.scope, request.today))


@page(MANAGE)
def document(request: Request, pk: int) -> HttpResponse:
    """The letter as .docx."""
    found = queries.letter(request.scope, pk, MANAGE)
    return _file(letters.document(found), f"比对函_{found.agreement.title}.docx", DOCX)


@page(MANAGE, methods=("POST",))
def names(request: Request, pk: int) -> HttpResponse:
    """The list with whole numbers: reason, watermark, audit."""
    found = queries.letter(request.scope, pk, MANAGE)
    content, name = letters.export_list(
        found, reason=request.POST.get("reason", "")[:500], by=request.scope, today=request.today, now=request.now
    )
    return _file(content, name, XLSX)


@page(MANAGE, methods=("POST",))
def move(request: Request, pk: int, move: str) -> HttpResponse:
    """Sent, answered, destroyed, cancelled."""
    found, by, today, said = queries.letter(request.scope, pk, MANAGE), request.scope, request.today, request.POST
    if move == "send":
        letters.send(found, number=said.get("number", ""), by=by, today=today)
    elif move == "answer":
        letters.answer(found, said=said.get("answer", ""), by=by, today=today)
    elif move == "destroy":
        letters.destroy(found, said=said.get("destroy_note", ""), by=by, today=today)
    elif move == "cancel":
        letters.cancel(found, reason=said.get("reason", ""), by=by, today=today)
    else:
        raise OutOfScope
    messages.success(request, f"{DONE[move]}。")
    return redirect("exchange_letter", pk=pk)

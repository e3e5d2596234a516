"""Pages of employers, posts, places that go first, and offers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.errors import OutOfScope, Refused
from shouwang.kernel.pages import page
from shouwang.kernel.regions.models import Region
from shouwang.kernel.tables import whole
from shouwang.kernel.web import Request
from shouwang.ledgers.employment import post_queries, queries, views
from shouwang.ledgers.employment.actions import posts
from shouwang.ledgers.employment.models import Employer, Offer, Post, PriorityPlace
from shouwang.ledgers.employment.pages.labour import BOTH, entry, saved
from shouwang.ledgers.employment.policies import ARRANGE, VIEW
from shouwang.ledgers.employment.post_forms import EmployerForm, PostForm, PriorityForm, ReasonForm

MOVES = {"close": posts.close_post, "reopen": posts.reopen_post}


@page(ARRANGE, methods=BOTH)
def new_employer(request: Request) -> HttpResponse:
    """Register an employer."""
    form = EmployerForm(request.POST or None, scope=request.scope, today=request.today)
    made: list[Employer] = []

    def act() -> None:
        where = Region.objects.get(pk=form.cleaned_data["region"])
        made.append(posts.save_employer(Employer(), form.said(), where, by=request.scope, today=request.today))

    if saved(request, form, act):
        return redirect("employment_employer", pk=made[0].pk)
    return entry(request, form, "登记用工单位", reverse("employment_employers"))


@page(VIEW)
def employer(request: Request, pk: int) -> HttpResponse:
    """One employer with its posts."""
    found = post_queries.employer(request.scope, pk)
    return render(request, "employment/employer.html", views.employer(found, request.scope, request.today))


@page(ARRANGE, methods=BOTH)
def edit_employer(request: Request, pk: int) -> HttpResponse:
    """Correct an employer."""
    found = post_queries.employer(request.scope, pk, ARRANGE)
    form = EmployerForm(request.POST or None, scope=request.scope, today=request.today, employer=found)
    if saved(request, form, lambda: posts.save_employer(found, form.said(), None, by=request.scope, today=request.today)):
        messages.success(request, "用工单位已保存。")
        return redirect("employment_employer", pk=pk)
    return entry(request, form, f"修改：{found.name}", reverse("employment_employer", args=[pk]))


@page(ARRANGE, methods=BOTH)
def new_post(request: Request, pk: int) -> HttpResponse:
    """Register a post of an employer."""
    found = post_queries.employer(request.scope, pk, ARRANGE)
    fresh = Post(employer=found)
    fresh.put_in(found.region)
    form = PostForm(request.POST or None, today=request.today, post=fresh)
    if saved(request, form, lambda: posts.save_post(fresh, form.said(), by=request.scope, today=request.today)):
        messages.success(request, "岗位已登记，核实后开放招聘。")
        return redirect("employment_employer", pk=pk)
    return entry(request, form, f"登记岗位：{found.name}", reverse("employment_employer", args=[pk]))


@page(VIEW)
def post(request: Request, pk: int) -> HttpResponse:
    """One post."""
    found = post_queries.post(request.scope, pk)
    return render(request, "employment/post.html", views.post(found, request.scope, request.today))


@page(ARRANGE, methods=BOTH)
def edit_post(request: Request, pk: int) -> HttpResponse:
    """Correct a post."""
    found = post_queries.post(request.scope, pk, ARRANGE)
    form = PostForm(request.POST or None, today=request.today, post=found)
    if saved(request, form, lambda: posts.save_post(found, form.said(), by=request.scope, today=request.today)):
        messages.success(request, "岗位已保存。")
        return redirect("employment_post", pk=pk)
    return entry(request, form, f"修改岗位：{found.title}", reverse("employment_post", args=[pk]))


@page(ARRANGE, methods=("POST",))
def verify_post(request: Request, pk: int) -> HttpResponse:
    """The post is real."""
    posts.verify_post(post_queries.post(request.scope, pk, ARRANGE), by=request.scope, today=request.today)
    messages.success(request, "岗位已核实，开放招聘。")
    return redirect("employment_post", pk=pk)


@page(ARRANGE, methods=("POST",))
def move_post(request: Request, pk: int, move: str) -> HttpResponse:
    """Close or reopen."""
    if move not in MOVES:
        raise OutOfScope
    found = post_queries.post(request.scope, pk, ARRANGE)
    MOVES[move](found, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    return redirect("employment_post", pk=pk)


@page(ARRANGE, methods=BOTH)
def new_priority(request: Request) -> HttpResponse:
    """List a town or village."""
    form = PriorityForm(request.POST or None, scope=request.scope)

    def act() -> None:
        said = form.cleaned_data
        posts.set_priority(Region.objects.get(pk=said["region"]), document=said["document"], by=request.scope, today=request.today)

    if saved(request, form, act):
        messages.success(request, "已列入优先镇村。")
        return redirect("employment_priority")
    return entry(request, form, "列入优先镇村", reverse("employment_priority"))


@page(ARRANGE, methods=BOTH)
def end_priority(request: Request, pk: int) -> HttpResponse:
    """Take a place off the list."""
    found = post_queries.one(PriorityPlace, request.scope, pk, ARRANGE, "region")
    form = ReasonForm(request.POST or None)
    if saved(request, form, lambda: posts.end_priority(found, reason=form.cleaned_data["reason"], by=request.scope, today=request.today)):
        messages.success(request, "已解除。")
        return redirect("employment_priority")
    return entry(request, form, f"解除优先镇村：{found.region.name}", reverse("employment_priority"))


@page(ARRANGE, methods=BOTH)
def offer_post(request: Request, pk: int) -> HttpResponse:
    """Offer a post to one worker: those that fit first, the others with what stands against them."""
    found = queries.worker(request.scope, pk, ARRANGE)
    if request.method == "POST":
        chosen = whole(request.POST.get("post", ""))
        if not chosen:
            raise Refused("请选择要推荐的岗位。", field="post")
        target = post_queries.post(request.scope, chosen)
        posts.offer_post(found, target, by=request.scope, today=request.today)
        messages.success(request, "岗位已推荐，等待本人答复。")
        return redirect(reverse("employment_worker", args=[pk]) + "#offers")
    return render(request, "employment/offer.html", views.offer_choices(found, request.today))


@page(ARRANGE, methods=("POST",))
def accept(request: Request, pk: int) -> HttpResponse:
    """The worker takes the post."""
    found = _offer(request, pk)
    day = views.day_of(request.POST.get("started_on", ""), request.today, "started_on")
    last = views.day_of(request.POST["ends_on"], request.today, "ends_on") if request.POST.get("ends_on") else None
    posts.accept_offer(found, day, ends_on=last, by=request.scope, today=request.today)
    return _back(request, found, "已登记接受，务工记录已生成。")


@page(ARRANGE, methods=("POST",))
def decline(request: Request, pk: int) -> HttpResponse:
    """The worker does not want it."""
    found = _offer(request, pk)
    posts.decline_offer(found, request.POST.get("reason", ""), by=request.scope, today=request.today)
    return _back(request, found, "已登记谢绝，今后不再推荐这个岗位。")


@page(ARRANGE, methods=("POST",))
def withdraw(request: Request, pk: int) -> HttpResponse:
    """Take the offer back."""
    found = _offer(request, pk)
    posts.withdraw_offer(found, reason=request.POST.get("reason", ""), by=request.scope, today=request.today)
    return _back(request, found, "推荐已撤回。")


def _offer(request: Request, pk: int) -> Offer:
    return post_queries.one(Offer, request.scope, pk, ARRANGE, "household", "worker__member", "worker__household")


def _back(request: Request, offer: Any, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(reverse("employment_worker", args=[offer.worker_id]) + "#offers")

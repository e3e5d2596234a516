"""Pages of matching plans."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.errors import Refused
from shouwang.kernel.pages import page
from shouwang.kernel.regions.models import Region
from shouwang.kernel.tables import whole
from shouwang.kernel.web import Request
from shouwang.ledgers.employment import post_queries, queries, views
from shouwang.ledgers.employment.actions import matching, posts
from shouwang.ledgers.employment.models import MatchChoice, MatchPlan
from shouwang.ledgers.employment.pages.labour import BOTH, entry, saved
from shouwang.ledgers.employment.policies import ARRANGE, VIEW
from shouwang.ledgers.employment.post_forms import PlanForm


@page(ARRANGE, methods=BOTH)
def new_plan(request: Request) -> HttpResponse:
    """Ask for a plan."""
    form = PlanForm(request.POST or None, scope=request.scope)
    made: list[MatchPlan] = []

    def act() -> None:
        where = Region.objects.get(pk=form.cleaned_data["region"])
        made.append(matching.ask_plan(where, by=request.scope, today=request.today)[0])

    if saved(request, form, act):
        return redirect("employment_plan", pk=made[0].pk)
    return entry(request, form, "新建匹配", reverse("employment_plans"), sub="想出未出的和愿就近就业的劳动力，与全市招聘中的岗位匹配。")


@page(VIEW)
def plan(request: Request, pk: int) -> HttpResponse:
    """One plan: what each priority costs, what is proven, who is left and why."""
    found = post_queries.one(MatchPlan, request.scope, pk, VIEW, "region")
    return render(request, "employment/plan.html", views.plan(found, request.scope))


@page(ARRANGE, methods=("POST",))
def again(request: Request, pk: int) -> HttpResponse:
    """Solve anew with what was pinned and ruled out."""
    found = post_queries.one(MatchPlan, request.scope, pk, ARRANGE, "region")
    matching.solve_again(found, by=request.scope, today=request.today)
    messages.success(request, "已按指定重新匹配，稍后刷新查看。")
    return redirect("employment_plan", pk=pk)


@page(ARRANGE, methods=("POST",))
def choose(request: Request, pk: int) -> HttpResponse:
    """Pin a worker to a post, or rule the pair out."""
    found = post_queries.one(MatchPlan, request.scope, pk, ARRANGE, "region")
    who, where = whole(request.POST.get("worker", "")), whole(request.POST.get("post", ""))
    if not who or not where:
        raise Refused("请选择要指定的人和岗位。", field="worker")
    person, target = queries.worker(request.scope, who, ARRANGE), post_queries.post(request.scope, where)
    matching.choose(found, person, target, request.POST.get("kind", ""), by=request.scope, today=request.today)
    messages.success(request, "已记下，点“重新匹配”后生效。")
    return redirect("employment_plan", pk=pk)


@page(ARRANGE, methods=("POST",))
def drop_choice(request: Request, pk: int) -> HttpResponse:
    """Take a pin or refusal back."""
    found = post_queries.one(MatchChoice, request.scope, pk, ARRANGE, "plan")
    matching.drop_choice(found, by=request.scope, today=request.today)
    return redirect("employment_plan", pk=found.plan_id)


@page(ARRANGE, methods=("POST",))
def send(request: Request, pk: int) -> HttpResponse:
    """Offer the posts of the plan to the workers they were found for."""
    found = post_queries.one(MatchPlan, request.scope, pk, ARRANGE, "region")
    lines = post_queries.lines(request.scope).filter(plan=found).exclude(post=None)
    count = posts.send_offers(found, lines, by=request.scope, today=request.today)
    messages.success(request, f"已推荐 {count} 人。有待答复推荐的、岗位已满的没有重复推荐。")
    return redirect(f"{reverse('employment_offers')}?state=sent")

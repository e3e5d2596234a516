"""Pages that change a household: its facts, members, incomes, programme standing, helpers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from shouwang.kernel.accounts.pages import BOTH, form_page
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.models import Record
from shouwang.kernel.pages import page
from shouwang.kernel.web import Request
from shouwang.ledgers.registry import actions, policies, queries
from shouwang.ledgers.registry.act_forms import EndForm, HelperForm, IncomeForm, StandingForm
from shouwang.ledgers.registry.codes import in_words
from shouwang.ledgers.registry.forms import HouseholdForm, MemberForm
from shouwang.ledgers.registry.lifecycle import CYCLES, MOVES
from shouwang.ledgers.registry.models import HelperAssignment, Household, IncomeStatement, Member
from shouwang.ledgers.registry.policies import EDIT


def _crumbs(household: Household) -> list[tuple[str, str]]:
    return [("户档案", "/registry/"), (f"{household.head_name} 家庭", f"/registry/{household.pk}/")]


def _home(request: Request, household: Household, words: str) -> HttpResponseRedirect:
    messages.success(request, words)
    return redirect("registry_household", pk=household.pk)


def _version(request: Request) -> int | None:
    """The version the person saw; a form without one is refused as out of date by the comparison itself."""
    said = request.POST.get("version", "")
    return int(said) if said.isdigit() and len(said) < 10 else -1


def _kept(request: Request, record: Record) -> int | str:
    """The version a form carries: of the record when opened; a refused form keeps its own, or a second press would overwrite."""
    return request.POST.get("version", "")[:9] or "0" if request.method == "POST" else record.version


@page(EDIT, methods=BOTH)
def edit_household(request: Request, pk: int) -> HttpResponse:
    """Facts of the household."""
    found = queries.household(request.scope, pk, EDIT)
    form = HouseholdForm(request.POST or None, instance=found, scope=request.scope, today=request.today)

    def save(_said: dict[str, Any]) -> HttpResponse:
        actions.edit_household(found, form.values(), by=request.scope, today=request.today, version=_version(request))
        return _home(request, found, "户信息已保存。")

    return form_page(request, form, save, title=f"修改户信息：{found.head_name}", crumbs=_crumbs(found), version=_kept(request, found))


@page(EDIT, methods=BOTH)
def add_member(request: Request, pk: int) -> HttpResponse:
    """A member who joined."""
    found = queries.household(request.scope, pk, EDIT)
    form = MemberForm(
        request.POST or None, instance=Member(), scope=request.scope, today=request.today, initial={"joined_on": request.today}
    )

    def save(_said: dict[str, Any]) -> HttpResponse:
        member = actions.add_member(found, form.values(), by=request.scope, today=request.today)
        return _home(request, found, f"已增加家庭成员{member.name}。")

    return form_page(request, form, save, title="增加家庭成员", crumbs=_crumbs(found), submit="增加")


@page(EDIT, methods=BOTH)
def edit_member(request: Request, pk: int) -> HttpResponse:
    """Facts of a member."""
    member = queries.of_household(Member, request.scope, pk)
    form = MemberForm(request.POST or None, instance=member, scope=request.scope, today=request.today)

    def save(_said: dict[str, Any]) -> HttpResponse:
        actions.edit_member(member, form.values(), by=request.scope, today=request.today, version=_version(request))
        return _home(request, member.household, f"{member.name}的信息已保存。")

    title = f"修改成员信息：{member.name}"
    return form_page(request, form, save, title=title, crumbs=_crumbs(member.household), version=_kept(request, member))


@page(EDIT, methods=BOTH)
def leave(request: Request, pk: int) -> HttpResponse:
    """人口减少."""
    member = queries.of_household(Member, request.scope, pk)
    form = EndForm(request.POST or None, today=request.today, leaving=True)

    def save(said: dict[str, Any]) -> HttpResponse:
        actions.register_leaving(
            member,
            left_on=said["day"],
            left_reason=said["left_reason"],
            reason=said["reason"],
            by=request.scope,
            today=request.today,
            version=None,
        )
        return _home(request, member.household, f"已登记{member.name}减少。")

    return form_page(request, form, save, title=f"登记人口减少：{member.name}", crumbs=_crumbs(member.household), submit="登记")


@page(EDIT, methods=BOTH)
def record_income(request: Request, pk: int) -> HttpResponse:
    """A window of income."""
    found = queries.household(request.scope, pk, EDIT)
    _need_group(request, found)
    form = IncomeForm(
        request.POST or None, today=request.today, initial={"checked_on": request.today, "persons": queries.living_count(found)}
    )

    def save(said: dict[str, Any]) -> HttpResponse:
        made = actions.record_income(
            found,
            form.amounts(),
            persons=said["persons"],
            window_type=said["window_type"],
            checked_on=said["checked_on"],
            by=request.scope,
            today=request.today,
        )
        return _home(request, found, f"已登记 {made} 的收入，人均纯收入 {made.per_head:,} 元。")

    return form_page(request, form, save, title=f"登记家庭收入：{found.head_name}", crumbs=_crumbs(found), submit="登记")


@page(EDIT, methods=BOTH)
def correct_income(request: Request, pk: int) -> HttpResponse:
    """Correct a window of income."""
    statement = queries.of_household(IncomeStatement, request.scope, pk)
    _need_group(request, statement.household)
    form = IncomeForm(request.POST or None, today=request.today, statement=statement)

    def save(said: dict[str, Any]) -> HttpResponse:
        actions.correct_income(
            statement,
            form.amounts(),
            persons=said["persons"],
            reason=said["reason"],
            by=request.scope,
            today=request.today,
            version=_version(request),
        )
        return _home(request, statement.household, f"已更正 {statement} 的收入。")

    title, crumbs = f"更正家庭收入：{statement}", _crumbs(statement.household)
    return form_page(request, form, save, title=title, crumbs=crumbs, submit="更正", version=_kept(request, statement))


def _need_group(request: Request, household: Household) -> None:
    if not policies.seen_groups(request.scope, household, EDIT)("income"):
        raise OutOfScope


@page(EDIT, methods=BOTH)
def change_status(request: Request, pk: int, move: str) -> HttpResponse:
    """A move of the household's life in a programme, by its document."""
    found = queries.household(request.scope, pk, EDIT)
    if move not in MOVES:
        raise OutOfScope
    step = CYCLES[MOVES[move]].check(found, move, today=request.today)
    policies.check_standing(request.scope, found, move, step.target, request.today)
    form = StandingForm(request.POST or None, move=move, today=request.today, initial={"since": request.today})

    def save(said: dict[str, Any]) -> HttpResponse:
        decision = actions.Decision(
            said["since"], said["document"], tuple(said.get("risks", ())), said.get("standard_system", "gd_relative")
        )
        actions.change_programme_status(
            found, move, decision, reason=said["reason"], by=request.scope, today=request.today, version=_version(request)
        )
        return _home(request, found, f"已{in_words(step.label, request.today)}。")

    return form_page(
        request,
        form,
        save,
        title=f"{in_words(step.label, request.today)}：{found.head_name}",
        crumbs=_crumbs(found),
        submit="登记",
        version=found.version,
    )


@page(EDIT, methods=BOTH)
def assign_helper(request: Request, pk: int) -> HttpResponse:
    """Name a helper."""
    found = queries.household(request.scope, pk, EDIT)
    users, units = queries.helper_users(request.scope), queries.sponsor_units(request.today)
    blank = HelperAssignment()
    form = HelperForm(request.POST or None, instance=blank, scope=request.scope, today=request.today, users=users, units=units)

    def save(said: dict[str, Any]) -> HttpResponse:
        phone, unit = said.get("phone") or "", said["sponsor_unit"]
        actions.assign_helper(
            found, name=said["name"], since=said["since"], user=said["user"], unit=unit, phone=phone, by=request.scope, today=request.today
        )
        return _home(request, found, f"已安排{said['name']}为帮扶责任人。")

    return form_page(request, form, save, title=f"安排帮扶责任人：{found.head_name}", crumbs=_crumbs(found), submit="安排")


@page(EDIT, methods=BOTH)
def end_helper(request: Request, pk: int) -> HttpResponse:
    """End an assignment."""
    helper = queries.of_household(HelperAssignment, request.scope, pk)
    form = EndForm(request.POST or None, today=request.today, leaving=False)

    def save(said: dict[str, Any]) -> HttpResponse:
        actions.end_helper(helper, until=said["day"], reason=said["reason"], by=request.scope, today=request.today)
        return _home(request, helper.household, f"已解除{helper.name}的结对帮扶。")

    return form_page(request, form, save, title=f"解除结对帮扶：{helper.name}", crumbs=_crumbs(helper.household), submit="解除")

"""Pages of departures: the batch, its places and buses, the people, the trips."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from shouwang.kernel.audit.actions import note
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.pages import page
from shouwang.kernel.regions.models import Region
from shouwang.kernel.web import Request
from shouwang.ledgers.employment import batch_views, policies
from shouwang.ledgers.employment.actions import batches, tracing
from shouwang.ledgers.employment.batch_forms import BatchForm, BreakForm, DestinationForm, HealthForm, ReleaseForm, VehicleForm
from shouwang.ledgers.employment.models import Batch, BatchDestination, BatchVehicle, TraceRelease, Traveller, Trip
from shouwang.ledgers.employment.pages.labour import BOTH, entry, saved
from shouwang.ledgers.employment.policies import TRACE, TRANSPORT, VIEW
from shouwang.ledgers.employment.post_queries import one

STEPS = {"depart": batches.depart, "arrive": batches.arrive, "hand_over": batches.hand_over}


@page(TRANSPORT, methods=BOTH)
def new_batch(request: Request) -> HttpResponse:
    """Open a batch."""
    form = BatchForm(request.POST or None, scope=request.scope)
    made: list[Batch] = []

    def act() -> None:
        where = Region.objects.get(pk=form.cleaned_data["region"])
        made.append(batches.open_batch(where, form.cleaned_data, by=request.scope, today=request.today))

    if saved(request, form, act):
        return redirect("employment_batch", pk=made[0].pk)
    return entry(request, form, "新建返岗批次", reverse("employment_batches"))


@page(VIEW)
def batch(request: Request, pk: int) -> HttpResponse:
    """One batch."""
    found = one(Batch, request.scope, pk, VIEW, "region")
    return render(request, "employment/batch.html", batch_views.batch(found, request.scope, request.today))


@page(TRANSPORT, methods=BOTH)
def new_destination(request: Request, pk: int) -> HttpResponse:
    """A receiving place."""
    found = one(Batch, request.scope, pk, TRANSPORT, "region")
    row = BatchDestination()
    form = DestinationForm(request.POST or None, row=row)
    if saved(request, form, lambda: batches.save_destination(found, row, form.cleaned_data, by=request.scope, today=request.today)):
        return redirect("employment_batch", pk=pk)
    return entry(request, form, "登记接收地", reverse("employment_batch", args=[pk]))


@page(TRANSPORT, methods=BOTH)
def edit_destination(request: Request, pk: int) -> HttpResponse:
    """Correct a receiving place: its approval has come, its cap has changed."""
    row = one(BatchDestination, request.scope, pk, TRANSPORT, "batch__region")
    form = DestinationForm(request.POST or None, row=row)
    if saved(request, form, lambda: batches.save_destination(row.batch, row, form.cleaned_data, by=request.scope, today=request.today)):
        return redirect("employment_batch", pk=row.batch_id)
    return entry(request, form, f"修改接收地：{row.place_name}", reverse("employment_batch", args=[row.batch_id]))


@page(TRANSPORT, methods=BOTH)
def new_vehicle(request: Request, pk: int) -> HttpResponse:
    """A bus."""
    found = one(Batch, request.scope, pk, TRANSPORT, "region")
    form = VehicleForm(request.POST or None, counties=batch_views.counties_of(found))

    def act() -> None:
        where = Region.objects.get(pk=form.cleaned_data["region"])
        batches.add_vehicle(found, where, form.cleaned_data, by=request.scope, today=request.today)

    if saved(request, form, act):
        return redirect("employment_batch", pk=pk)
    return entry(request, form, "登记车辆", reverse("employment_batch", args=[pk]))


@page(TRANSPORT, methods=BOTH)
def break_vehicle(request: Request, pk: int) -> HttpResponse:
    """A bus fails."""
    row = one(BatchVehicle, request.scope, pk, TRANSPORT, "batch")
    form = BreakForm(request.POST or None, initial={"day": request.today})

    def act() -> None:
        said = form.cleaned_data
        batches.break_vehicle(row, said["day"], reason=said["reason"], by=request.scope, today=request.today)

    if saved(request, form, act):
        messages.success(request, "已登记停用。请点“重新编排”，受影响的人会换到其他车。")
        return redirect("employment_batch", pk=row.batch_id)
    return entry(request, form, f"车辆停用：{row.plate}", reverse("employment_batch", args=[row.batch_id]))


@page(TRANSPORT, methods=("POST",))
def enlist(request: Request, pk: int) -> HttpResponse:
    """Put planned workers on the batch."""
    found = one(Batch, request.scope, pk, TRANSPORT, "region")
    count = batches.enlist(found, by=request.scope, today=request.today)
    messages.success(request, f"已列入 {count} 人。请逐人登记健康申报和体温。")
    return redirect("employment_batch", pk=pk)


@page(TRANSPORT, methods=("POST",))
def plan(request: Request, pk: int) -> HttpResponse:
    """Plan, or plan again."""
    found = one(Batch, request.scope, pk, TRANSPORT, "region")
    batches.ask(found, by=request.scope, today=request.today)
    messages.success(request, "已开始编排，稍后刷新查看。")
    return redirect("employment_batch", pk=pk)


@page(TRANSPORT, methods=("POST",))
def close(request: Request, pk: int) -> HttpResponse:
    """The batch is done."""
    batches.close(one(Batch, request.scope, pk, TRANSPORT, "region"), by=request.scope, today=request.today)
    return redirect("employment_batch", pk=pk)


@page(TRANSPORT, methods=BOTH)
def traveller(request: Request, pk: int) -> HttpResponse:
    """Health of one traveller; on to the next who has not declared."""
    row = one(Traveller, request.scope, pk, TRANSPORT, "batch", "worker__member", "household")
    form = HealthForm(request.POST or None, row=row)
    if saved(request, form, lambda: batches.check_health(row, form.cleaned_data, by=request.scope, today=request.today)):
        rest = Traveller.objects.within(request.scope, TRANSPORT).filter(batch=row.batch, declared=False, pk__gt=pk).order_by("pk").first()
        if request.POST.get("next") and rest:
            return redirect("employment_traveller", pk=rest.pk)
        return redirect(f"{reverse('employment_travellers')}?batch={row.batch_id}")
    back = f"{reverse('employment_travellers')}?batch={row.batch_id}"
    return entry(request, form, f"健康申报：{row.worker.member.name}", back, next_label="保存并下一人")


@page(VIEW)
def trip(request: Request, pk: int) -> HttpResponse:
    """One trip."""
    found = _trip(request, pk, VIEW)
    return render(request, "employment/trip.html", batch_views.trip(found, request.scope, request.today))


@page(TRANSPORT)
def manifest(request: Request, pk: int) -> HttpResponse:
    """The list for the bus, or (`?to=receiver`) for the receiving place, on A4 with a QR code back; printing is on the audit."""
    found = _trip(request, pk, TRANSPORT)
    note(found, by=request.scope, verb=policies.PRINT_TRIP, today=request.today)
    address = request.build_absolute_uri(reverse("employment_trip", args=[pk]))
    context = batch_views.manifest(found, request.scope, request.today, address)
    return render(request, "employment/manifest.html", context | {"receiver": request.GET.get("to") == "receiver"})


@page(TRANSPORT, methods=("POST",))
def board(request: Request, pk: int) -> HttpResponse:
    """Tick off who is on the bus."""
    found = _trip(request, pk, TRANSPORT)
    ids = {int(v) for v in request.POST.getlist("rider") if v.isdecimal() and len(v) < 10}
    batches.board(found, ids, by=request.scope, today=request.today)
    messages.success(request, "上车人员已登记。")
    return redirect("employment_trip", pk=pk)


@page(TRANSPORT, methods=("POST",))
def step(request: Request, pk: int, move: str) -> HttpResponse:
    """Depart, arrive, hand over."""
    if move not in STEPS:
        raise OutOfScope
    STEPS[move](_trip(request, pk, TRANSPORT), by=request.scope, today=request.today)
    return redirect("employment_trip", pk=pk)


@page(TRACE, methods=BOTH)
def new_release(request: Request, pk: int) -> HttpResponse:
    """Release who sat near a case, on the centre's letter."""
    found = _trip(request, pk, TRACE)
    form = ReleaseForm(request.POST or None)
    made: list[TraceRelease] = []

    def act() -> None:
        said = form.cleaned_data
        made.append(tracing.release(found, said["seat"], said["letter"], said["letter_on"], by=request.scope, today=request.today))

    if saved(request, form, act):
        return redirect("employment_release", pk=made[0].pk)
    return entry(request, form, f"凭公函调阅：{found.day} {found.vehicle.plate}", reverse("employment_trip", args=[pk]))


@page(TRACE)
def release(request: Request, pk: int) -> HttpResponse:
    """A release with its list; every look is on the audit."""
    found = one(TraceRelease, request.scope, pk, TRACE, "trip__vehicle", "trip__destination")
    people = tracing.look(found, by=request.scope, today=request.today)
    return render(request, "employment/release.html", {"release": found, "people": people})


@page(TRACE, methods=("POST",))
def erase(request: Request, pk: int) -> HttpResponse:
    """Delete the list."""
    found = one(TraceRelease, request.scope, pk, TRACE, "trip")
    tracing.erase(found, by=request.scope, today=request.today)
    messages.success(request, "名单已删除。")
    return redirect("employment_releases")


def _trip(request: Request, pk: int, permission: str) -> Trip:
    return one(Trip, request.scope, pk, permission, "batch", "vehicle__base", "destination", "region")

"""Reads of background work."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shouwang.kernel.accounts.models import User
from shouwang.kernel.errors import OutOfScope
from shouwang.kernel.jobs.models import Job
from shouwang.kernel.regions.models import Region
from shouwang.kernel.regions.scope import Scope


def jobs_in(scope: Scope) -> QuerySet[Job]:
    """The jobs a person may see, newest first: those asked for by people of the region where jobs.view is held.

    The installation's own jobs (schedules, command line) are shown to holders at city level and above.
    """
    jobs = Job.objects.order_by("-id")
    if scope.everything:
        return jobs
    people = User.objects.filter(scope.q("jobs.view", "office__")).values("pk")
    own = any(p.level <= Region.CITY for p in scope.places("jobs.view"))
    return jobs.filter(Q(requested_by__in=people) | (Q(requested_by=None) if own else Q(pk__in=[])))


def job_for(scope: Scope, job_id: int) -> Job:
    """The job, for the person who asked for it or who may see it in the list; raises OutOfScope otherwise."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None:
        raise OutOfScope
    if job.requested_by is not None and job.requested_by == scope.user_id:
        return job
    if scope.everything or (scope.may("jobs.view") and jobs_in(scope).filter(pk=job_id).exists()):
        return job
    raise OutOfScope

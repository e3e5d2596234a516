"""Routes of the audit; included under audit/."""

from django.urls import path

from shouwang.kernel.audit import pages

urlpatterns = [path("", pages.log, name="audit"), path("verify/", pages.verify, name="audit-verify")]

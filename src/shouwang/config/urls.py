"""All routes: the portal's, then each ledger's."""

from django.urls import include, path

urlpatterns = [
    path("", include("shouwang.portal.urls")),
    path("", include("shouwang.kernel.sign_in.urls")),
    path("", include("shouwang.kernel.accounts.urls")),
    path("", include("shouwang.kernel.administration.urls")),
    path("audit/", include("shouwang.kernel.audit.urls")),
    path("attachments/", include("shouwang.kernel.attachments.urls")),
    path("imports/", include("shouwang.kernel.imports.urls")),
    path("registry/", include("shouwang.ledgers.registry.urls")),
    path("exchange/", include("shouwang.ledgers.exchange.urls")),
    path("credit/", include("shouwang.ledgers.credit.urls")),
    path("impact/", include("shouwang.ledgers.impact.urls")),
    path("produce/", include("shouwang.ledgers.produce.urls")),
    path("monitoring/", include("shouwang.ledgers.monitoring.urls")),
    path("employment/", include("shouwang.ledgers.employment.urls")),
    path("dispatch/", include("shouwang.ledgers.dispatch.urls")),
]

handler403 = "shouwang.portal.errors.forbidden"
handler404 = "shouwang.portal.errors.not_found"
handler500 = "shouwang.portal.errors.server_error"

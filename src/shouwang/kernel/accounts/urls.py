"""Routes."""

from django.urls import URLPattern, URLResolver, path

from shouwang.kernel.accounts import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("account/roles/", pages.role_list, name="account-roles"),
    path("account/delegations/new/", pages.delegate, name="account-delegate"),
    path("account/delegations/<int:pk>/revoke/", pages.revoke_delegation, name="account-delegation-revoke"),
    path("account/handovers/", pages.handovers, name="account-handovers"),
    path("account/handovers/new/", pages.new_handover, name="account-handover-new"),
    path("account/handovers/<int:pk>/", pages.handover, name="account-handover"),
    path("account/handovers/<int:pk>/<slug:move>/", pages.move_handover, name="account-handover-move"),
]

"""Routes."""

from django.urls import URLPattern, URLResolver, path

from shouwang.kernel.administration import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/offices/", pages.offices, name="admin-offices"),
    path("admin/offices/new/", pages.new_office, name="admin-office-new"),
    path("admin/offices/<int:pk>/", pages.edit_office, name="admin-office"),
    path("admin/users/", pages.users, name="admin-users"),
    path("admin/users/new/", pages.new_user, name="admin-user-new"),
    path("admin/users/<int:pk>/", pages.user, name="admin-user"),
    path("admin/users/<int:pk>/edit/", pages.edit_user, name="admin-user-edit"),
    path("admin/users/<int:pk>/grants/new/", pages.give_role, name="admin-grant-new"),
    path("admin/users/<int:pk>/<slug:deed>/", pages.user_deed, name="admin-user-deed"),
    path("admin/grants/<int:pk>/revoke/", pages.revoke_role, name="admin-grant-revoke"),
]

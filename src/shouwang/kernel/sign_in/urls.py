"""Routes."""

from django.urls import URLPattern, URLResolver, path

from shouwang.kernel.sign_in import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", pages.sign_in, name="sign-in"),
    path("sign-out/", pages.sign_out, name="sign-out"),
    path("account/", pages.account, name="account"),
    path("account/password/", pages.password, name="account-password"),
    path("account/second-factor/", pages.factor, name="account-factor"),
    path("account/confirm/", pages.confirm, name="account-confirm"),
    path("account/sign-out-elsewhere/", pages.sign_out_elsewhere, name="account-sign-out-elsewhere"),
]

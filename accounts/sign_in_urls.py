"""The ways of signing in that this site offers; allauth gives their views."""

from allauth.account import views
from allauth.mfa.base import views as second
from django.urls import path

from accounts.views import sign_out
from accounts.ways import by_mail

urlpatterns = [
    path("", views.login, name="account_login"),
    path("code/", by_mail(views.request_login_code), name="account_request_login_code"),
    path("code/confirm/", by_mail(views.confirm_login_code), name="account_confirm_login_code"),
    path("second-factor/", second.authenticate, name="mfa_authenticate"),
    path("again/", views.reauthenticate, name="account_reauthenticate"),
    path("again/code/", second.reauthenticate, name="mfa_reauthenticate"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("closed/", views.signup, name="account_signup"),
    path("sign-out/", sign_out, name="account_logout"),
]

"""The ways of signing in that this site offers; allauth gives their views."""

from allauth.account import views
from django.urls import path

from accounts.views import sign_out

urlpatterns = [
    path("", views.login, name="account_login"),
    path("code/", views.request_login_code, name="account_request_login_code"),
    path("code/confirm/", views.confirm_login_code, name="account_confirm_login_code"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("closed/", views.signup, name="account_signup"),
    path("sign-out/", sign_out, name="account_logout"),
]

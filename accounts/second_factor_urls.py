"""Where a person looks after their second factor; allauth gives the views."""

from allauth.mfa.base.views import index
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp.views import deactivate_totp
from django.urls import path

from accounts.views import Activation

urlpatterns = [
    path("", index, name="mfa_index"),
    path("app/", Activation.as_view(), name="mfa_activate_totp"),
    path("app/end/", deactivate_totp, name="mfa_deactivate_totp"),
    path("codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
]

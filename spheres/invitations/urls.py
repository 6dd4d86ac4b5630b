"""Addresses of invitations: what their links open, and inside a sphere."""

from django.urls import path

from spheres.invitations import views

app_name = "invitations"

urlpatterns = [
    path("i/<str:token>", views.landing, name="landing"),
    path("i/<str:token>/arrival", views.arrival, name="arrival"),
    path("s/<slug:slug>/invitations/by-mail/", views.by_mail, name="by_mail"),
    path("s/<slug:slug>/invitations/mailings/", views.mailings, name="mailings"),
    path("s/<slug:slug>/invitations/mailings/<uuid:mailing_id>/", views.mailing, name="mailing"),
    path("s/<slug:slug>/requests/<uuid:request_id>/admission/", views.admission, name="admission"),
    path("s/<slug:slug>/requests/<uuid:request_id>/refusal/", views.refusal, name="refusal"),
    path("s/<slug:slug>/invitations/", views.invitations, name="invitations"),
    path("s/<slug:slug>/invitations/<uuid:invitation_id>/", views.invitation, name="invitation"),
    path("s/<slug:slug>/invitations/<uuid:invitation_id>/sheet/", views.sheet, name="sheet"),
    path("s/<slug:slug>/invitations/<uuid:invitation_id>/revocation/", views.revocation, name="revocation"),
]

"""Addresses of the person."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("sign-in/link/<str:token>/", views.link, name="link"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("signed-out/", views.signed_out, name="signed_out"),
    path("me/", views.me, name="me"),
    path("me/second-factor/again/", views.again, name="again"),
    path("me/second-factor/again/proof/", views.again_proof, name="again_proof"),
    path("me/language/", views.language, name="language"),
]

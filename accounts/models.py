"""The person."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.http import Http404

from journal import clock
from journal.ids import uuid7


class People(BaseUserManager["User"]):
    """Finds people; making one is accounts.actions.create_user."""

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> User:
        """Make an operator (Django's `createsuperuser` calls this)."""
        person = User(email=email.lower(), is_staff=True, is_superuser=True, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class User(AbstractBaseUser, PermissionsMixin):
    """One identity; what it may see, its memberships say."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Family members who came by a link have none.
    email = models.EmailField(unique=True, null=True, blank=True)
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE)
    zone = models.CharField(max_length=64, default=settings.TIME_ZONE)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=clock.now)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email or str(self.id)

    @property
    def has_own_way(self) -> bool:
        """Whether they can sign in by themself; who came by a direct link cannot."""
        return self.email is not None

    def reread(self) -> User:
        """Give this person as now stored; raises Http404 if the account was closed."""
        person = User.objects.select_for_update(no_key=True).filter(pk=self.pk, is_active=True).first()
        if person is None:
            raise Http404
        return person


class SignInLink(models.Model):
    """A link that signs one person in once; only its digest is stored."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"link of {self.user_id}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be used."""
        return self.used_at is None and self.expires_at > clock.now()

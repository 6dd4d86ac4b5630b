"""The verbs of hosting. Their actor is whoever has the shell, or an operator."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.actions import create_user, digest_of
from accounts.models import User
from alveole.hosting.models import SetUpLink, Site
from journal import clock
from journal.errors import Refused
from journal.writing import action, writing
from spheres.models import Context
from spheres.organisations.actions import found_organisation

LINK_LIFETIME = timedelta(minutes=30)


def offer_set_up() -> str | None:
    """Make the one link that sets an empty site up and give its token (256 bits); None once somebody is here."""

    def body() -> str | None:
        if User.objects.exists():
            return None
        SetUpLink.objects.all().delete()
        token = secrets.token_urlsafe(32)
        SetUpLink.objects.create(digest=digest_of(token), expires_at=clock.now() + LINK_LIFETIME)
        return token

    return writing(body)


def set_up(
    token: str,
    *,
    site: dict[str, Any],
    operator: dict[str, Any],
    organisation: dict[str, Any],
) -> User:
    """Use the link up: the site, its first operator, their organisation and its first sphere.

    `site` and `organisation` are fields of their models, `operator` what `create_user` takes. Raises Refused if the
    link was used, is too old or was never made, or if somebody is here already; Conflict as `create_user` does.
    """

    def body() -> User:
        spent = SetUpLink.objects.filter(digest=digest_of(token), used_at=None, expires_at__gt=clock.now())
        if not spent.update(used_at=clock.now()) or User.objects.exists():
            raise Refused(_("This link was already used or is too old. Start the site again for a new one."))
        Site(**site).save(force_insert=True)
        person = create_user(**operator)
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        kind = organisation.get("kind", "")
        context = kind if kind in Context.values else Context.WORK
        found_organisation(person, **organisation, context=context, founder_name=person.name)
        return person

    return writing(body)


@action
def change_mail(operator: User, *, mail: dict[str, Any]) -> None:
    """Send mail by the server that these fields of Site name, or (no host) not at all.

    Raises Refused for anybody but an operator.
    """
    if not operator.is_staff:
        raise Refused(_("Only an operator of this site may do that."))
    Site.objects.update_or_create(
        id=Site.THE_ONE, defaults=mail, create_defaults={"name": "Alvéole", "language": operator.language, **mail}
    )

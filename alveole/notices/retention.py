"""The one table of what is kept of a person: what, why, how long, and who sees it.

A test ties each limit to what enforces it, and asks of every model whether it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.actions import LINKS_LAST
from alveole.backup.nightly import WEEKS
from alveole.limits import LIMITS, MINUTE
from alveole.operators.actions import LOG_KEPT
from files.querysets import DISCARDED_LASTS, UNATTACHED_LASTS
from journal.forgetting import RECEIPTS_LAST, SUPERSEDED_LAST
from spheres.invitations.actions import LETTERS_LAST
from spheres.querysets import TO_CHANGE_ONES_MIND

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Kept:
    """One line of the table. Without `lasts` nothing deletes it by itself, and `until` says so."""

    name: str
    what: _StrPromise
    why: _StrPromise
    who: _StrPromise
    # With %(days)d, %(weeks)d or %(hours)d where there is a limit.
    until: _StrPromise
    lasts: timedelta | None = None
    # The name in BEAT_SCHEDULE of what deletes it by the clock.
    task: str = ""
    models: tuple[str, ...] = ()

    @property
    def how_long(self) -> str:
        """Say how long, in the reader's language."""
        lasts = self.lasts or timedelta(0)
        hours = lasts.total_seconds() / 3600
        return self.until % {"days": lasts.days, "weeks": lasts.days // 7, "hours": round(hours)}


TABLE: tuple[Kept, ...] = (
    Kept(
        "account",
        _("Your account: your address, your name, your language and your time zone; your password as a salted hash."),
        _("So that you can sign in, and pages speak your language at your hours."),
        _("You. Whoever runs this site sees your address and your name, and when you last signed in."),
        _("As long as your account exists. Nothing deletes it by itself."),
        models=("accounts.user", "accounts.user_groups", "accounts.user_user_permissions"),
    ),
    Kept(
        "factor",
        _("Your second factor, if you set one up: its secret, its recovery codes, when it was last used."),
        _("So that a password alone is not enough."),
        _("Nobody but you. Whoever runs this site sees that there is one."),
        _("Until you give it up."),
        models=("mfa.authenticator",),
    ),
    Kept(
        "sessions",
        _("Your sessions: that a browser is signed in as you, and when it was last used."),
        _("So that you need not sign in each time."),
        _("Nobody. Whoever runs this site sees how many there are."),
        _("%(days)d days after its last use, or until you sign out there."),
        timedelta(seconds=settings.SESSION_COOKIE_AGE),
        "forget ended sessions",
        ("sessions.session",),
    ),
    Kept(
        "links",
        _("That a link to sign in was made for you, and whether it was used; never the link."),
        _("So that it works once."),
        _("Nobody."),
        _("%(hours)d hours after it ended."),
        LINKS_LAST,
        "forget sign-in links",
        ("accounts.signinlink",),
    ),
    Kept(
        "places",
        _("Your places: in which spheres you are or were, as whom and as what, since when and until when."),
        _("So that each sphere knows who is in it and who said what, and that you see yours."),
        _(
            "Its members; where it is public everybody, if you allow it. In spheres of organisations, whoever runs "
            "this site too; of personal ones they see a number."
        ),
        _("As long as the sphere exists, after you left too; from then on nobody in it is shown your name."),
        models=(
            "spheres.membership",
            "spheres.reader",
            "spheres.mine",
            "spheres.sphere",
            "spheres.organisation",
            "organisations.offer",
            "organisations.holding",
            "groups.group",
            "groups.place",
        ),
    ),
    Kept(
        "charters",
        _("Which charter of a sphere you agreed to, and when; and the charters that you published."),
        _("So that those responsible can show that everybody agreed."),
        _("Those responsible for the sphere, with your name while you are in it."),
        _("As long as the sphere exists."),
        models=("charters.charter", "charters.edition", "charters.acceptance"),
    ),
    Kept(
        "contacts",
        _("How you appear in a sphere, as you say it: telephone, e-mail, a line of your own, a photo."),
        _("So that the people of that sphere know you, and can call you or write to you."),
        _("The members of that sphere, its visitors and guests too. Whoever runs this site has no page that shows it."),
        _("Until you take it away or leave the sphere: then it is erased, a photo within two days."),
        models=("spheres.membership", "portraits.portrait"),
    ),
    Kept(
        "deleted spheres",
        _("A sphere that those responsible deleted, with everything that is in it."),
        _("So that it can be put back."),
        _("Nobody; those responsible see that it can be put back."),
        _("%(days)d days, then it is erased with everything that is in it."),
        TO_CHANGE_ONES_MIND,
        "erase deleted spheres",
    ),
    Kept(
        "messages",
        _("What you write, and when you wrote it."),
        _("So that those for whom it is can read it."),
        _(
            "The members of the sphere; everybody, where it is public. Whoever runs this site has no page that shows "
            "it."
        ),
        _(
            "As long as the sphere exists. Deleting hides it from everybody and leaves its words in the database; they "
            "are erased when you leave a sphere and ask for it."
        ),
        models=("messaging.message", "messaging.conversation", "threads.comment"),
    ),
    Kept(
        "answers",
        _("How often which reaction was given to what you write, and yours to what others write."),
        _("So that a short answer needs no message."),
        _("The numbers, whoever reads what they are about; which one is yours, you alone."),
        _("As long as the sphere exists; yours are taken back when you leave it and ask for that."),
        models=("threads.thread",),
    ),
    Kept(
        "reported",
        _("That you reported something, why, and a copy of it; and what was reported of yours."),
        _("So that those responsible can look at it and decide."),
        _("What and why, those responsible for the sphere; that it was you, nobody."),
        _("The copy and your words, until it is decided; that there was something, as long as the sphere exists."),
        models=("threads.report",),
    ),
    Kept(
        "kept",
        _("What you keep in a sphere to find it again, and where somebody called you by name."),
        _("So that you find it, on all your devices."),
        _("You alone."),
        _("As long as the sphere exists, or until you keep it no longer; that there was something stays."),
        models=("spheres.mine",),
    ),
    Kept(
        "files",
        _("What you send: pictures without what a camera writes beside them, and other files as they are."),
        _("So that those for whom it is can see it."),
        _("Those who read the message it is in. Whoever runs this site has no page that shows it."),
        _("%(days)d days after the message was deleted, or your words were removed; else as long as the sphere is."),
        DISCARDED_LASTS,
        "forget files",
        ("files.file", "files.blob", "files.rendition", "messaging.attachment"),
    ),
    Kept(
        "files on their way",
        _("What you began to send and is in no message yet."),
        _("So that a cut line need not begin anew."),
        _("Nobody but you."),
        _("%(days)d days."),
        UNATTACHED_LASTS,
        "forget files",
        ("files.chunk", "files.step", "files.waste"),
    ),
    Kept(
        "changes",
        _("That something was changed, by whom and when; never the words."),
        _("So that your devices learn what they missed."),
        _("The members of the sphere, as the thing itself."),
        _("%(days)d days after something newer took its place."),
        SUPERSEDED_LAST,
        "forget what is past",
        ("journal.entry", "journal.journal"),
    ),
    Kept(
        "tombstones",
        _("That something was there and is gone; never the words."),
        _("So that a device which comes back after months forgets it too."),
        _("The members of the sphere, as a number."),
        _("As long as the sphere exists."),
        models=("journal.entry",),
    ),
    Kept(
        "receipts",
        _("What you sent, by its number and its kind, and whether it was accepted; never the words."),
        _("So that what your device sends twice, on a bad line, is done once."),
        _("You. Whoever runs this site sees how often each kind was sent, and not by whom."),
        _("%(days)d days."),
        RECEIPTS_LAST,
        "forget what is past",
        ("journal.receipt",),
    ),
    Kept(
        "invitations",
        _("That you invited somebody, came in by an invitation, or asked to come in, and under which name."),
        _("So that those responsible know who let whom in."),
        _("Whoever invited, and those responsible for the sphere; of organisations, whoever runs this site too."),
        _("As long as the sphere exists."),
        models=("invitations.invitation", "invitations.request", "invitations.mailing"),
    ),
    Kept(
        "letters",
        _("The address to which an invitation was mailed, and the name that stood beside it."),
        _("So that nobody is written to twice, and that a letter which did not arrive is seen."),
        _("Whoever sent the invitations."),
        _("%(days)d days after the invitation ended."),
        LETTERS_LAST,
        "forget the addresses of letters",
        ("invitations.letter",),
    ),
    Kept(
        "direct links",
        _("That somebody is here by a direct link, and from which browsers, as they name themselves."),
        _("So that a link which was lost can be cut, browser by browser."),
        _("Whoever gave the link, and those responsible for the sphere; of organisations, whoever runs this site too."),
        _("As long as the sphere exists."),
        models=("guests.key", "guests.browser"),
    ),
    Kept(
        "operators",
        _("What whoever runs this site did to an account, a place or a link: who, to whom, what and when."),
        _("So that it can be asked about."),
        _("Whoever runs this site."),
        _("%(days)d days."),
        LOG_KEPT,
        "forget what operators did",
        ("admin.logentry",),
    ),
    Kept(
        "addresses",
        _("As a digest: the network address from which somebody asks, and the account that a sign-in names."),
        _("So that guessing passwords and codes has an end."),
        _("Nobody."),
        _("%(hours)d hours at most."),
        timedelta(seconds=max(limit.seconds for limit in LIMITS.values()) + MINUTE),
    ),
    Kept(
        "backups",
        _("All of this once more, in the nightly backups of the site."),
        _("So that a broken disk takes nothing with it."),
        _("Whoever has the machine."),
        _("%(weeks)d weeks. Three from before upgrades stay longer; copies elsewhere, as long as they are kept there."),
        timedelta(weeks=WEEKS),
        "back up and prove it",
    ),
    Kept(
        "device",
        _("On your own device: what you have read, and what waits to be sent."),
        _("So that you read and write without network."),
        _("Whoever holds the device unlocked."),
        _("Until you sign out there, or leave the sphere. Words not sent yet wait for you."),
    ),
)

# Which models hold nothing of a person, and why.
NOBODYS: Mapping[str, str] = {
    "auth.permission": "Django's; nobody is given one",
    "auth.group": "Django's; nobody is in one",
    "auth.group_permissions": "Django's",
    "contenttypes.contenttype": "the names of models",
    "account.emailaddress": "allauth's; an address stands with its account",
    "account.emailconfirmation": "allauth's; nothing is confirmed by it",
    "hosting.site": "the site's name, and by which server its mail goes",
    "hosting.setuplink": "made before there is anybody",
    "reports.report": "what the site answers to a stranger",
    "reports.part": "the same, address by address",
    "notices.notice": "the site's own words, for everybody",
    "backup.proof": "names of files",
    "backup.restoration": "moments",
}

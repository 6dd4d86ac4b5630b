"""What an operator sees at a glance: what works, what does not, and how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.core.cache import cache
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from alveole.backup import last_good_proof, last_proof
from alveole.hosting import health, mail, tasks
from alveole.notices.models import missing

State = Literal["good", "look", "bad"]

SILENT_AFTER_SECONDS = 3 * tasks.EVERY_SECONDS
MANY_TASKS, TOO_MANY_TASKS = 100, 1_000
LONGEST_WITHOUT_PROOF = timedelta(hours=36)  # it comes each night
LITTLE_SPACE, TOO_LITTLE_SPACE = 0.15, 0.05  # of the disk


@dataclass(frozen=True)
class Light:
    """One thing to look at: how it stands, in a sentence, and what to do about it."""

    name: str
    state: State
    sentence: str
    mend: str = ""
    system: str = ""  # the system's own words, which nobody translates


def lights() -> list[Light]:
    """Look at everything, the worst first."""
    order: dict[State, int] = {"bad": 0, "look": 1, "good": 2}
    return sorted((look() for look in LOOKS), key=lambda light: order[light.state])


def address() -> Light:
    """Https is what phones ask for before they work offline."""
    name = _("Address")
    if settings.IS_HTTPS:
        return Light(name, "good", settings.ALVEOLE_URL)
    if settings.SITE_HOST == "localhost":
        sentence = _("%(address)s: this machine only.") % {"address": settings.ALVEOLE_URL}
        return Light(name, "look", sentence, _("To be reached by others, set ALVEOLE_URL to an https address."))
    sentence = _("%(address)s has no https: nothing works offline, and browsers allow no camera or notifications.")
    mend = _("Put a front server with a certificate before the site, and set ALVEOLE_URL to its https address.")
    return Light(name, "bad", sentence % {"address": settings.ALVEOLE_URL}, mend)


def mails() -> Light:
    """Without mail nobody gets a code."""
    if mail.goes_out():
        return Light(_("Mail"), "good", _("Mail goes out."))
    sentence = _("Mail does not go out: people sign in by password or by a link.")
    return Light(_("Mail"), "look", sentence, _("Name a mail server below."))


def database() -> Light:
    """Ask it something."""
    if health.database_answers():
        kind = "SQLite" if "sqlite" in settings.DATABASES["default"]["ENGINE"] else "PostgreSQL"
        return Light(_("Database"), "good", _("%(database)s answers.") % {"database": kind})
    return Light(_("Database"), "bad", _("The database does not answer."), _("Look at its log, and start it again."))


def valkey() -> Light:
    """Background work and live updates between processes go through it."""
    if health.valkey_answers():
        return Light("Valkey", "good", _("Valkey answers."))
    sentence = _("Valkey does not answer: nothing is done in the background, and sign-in is limited less well.")
    return Light("Valkey", "bad", sentence, _("Look at the log of the site; what was written is not lost."))


def worker() -> Light:
    """It says every minute that it lives."""
    try:
        seen = cache.get(tasks.WORKER_SEEN)
    except RedisError:
        seen = None
    name, mend = _("Background work"), _("Start the site again; with several machines, look at the worker's log.")
    if seen is None:
        return Light(name, "look", _("The worker has not been seen yet. It says so once a minute."), mend)
    silence = timezone.now().timestamp() - float(seen)
    if silence > SILENT_AFTER_SECONDS:
        minutes = int(silence // 60)
        sentence = ngettext(
            "The worker has been silent for %d minute.", "The worker has been silent for %d minutes.", minutes
        )
        return Light(name, "bad", sentence % minutes, mend)
    return Light(name, "good", _("The worker is at work."))


def queue() -> Light:
    """What waits for the worker."""
    waiting = health.waiting_tasks()
    name = _("Waiting tasks")
    if waiting is None:
        return Light(name, "look", _("Unknown while Valkey does not answer."))
    sentence = ngettext("%d task waits.", "%d tasks wait.", waiting) % waiting
    if waiting >= TOO_MANY_TASKS:
        return Light(name, "bad", sentence, _("The worker does not keep up: look at its log."))
    return Light(name, "look" if waiting >= MANY_TASKS else "good", sentence)


def disk() -> Light:
    """Of the folder of everything that lives."""
    space = shutil.disk_usage(settings.DATA_DIR)
    share = space.free / space.total
    sentence = _("%(free)s free of %(total)s.") % {
        "free": filesizeformat(space.free),
        "total": filesizeformat(space.total),
    }
    if share < LITTLE_SPACE:
        mend = _("Make room: a full disk stops all writing, and backups first.")
        return Light(_("Disk"), "bad" if share < TOO_LITTLE_SPACE else "look", sentence, mend)
    return Light(_("Disk"), "good", sentence)


def backups() -> Light:
    """A backup that was never brought back is a hope."""
    name, proof, good = _("Last proven restore"), last_proof(), last_good_proof()
    since = localtime(good.at) if good else None
    stood = _("Proven on %(date)s.") % {"date": date_format(since, "SHORT_DATETIME_FORMAT")} if since else ""
    if proof is None:
        mend = _("It comes each night; now: manage.py backup --prove FILE.")
        return Light(name, "look", _("No backup was brought back on trial yet."), mend)
    if not proof.stands:
        sentence = _("The last trial failed: %(reason)s") % {"reason": proof.reason}
        mend = " ".join(filter(None, [stood, _("Look at the log of the worker, and at the disk.")]))
        return Light(name, "bad", sentence, mend, proof.system)
    if timezone.now() - proof.at > LONGEST_WITHOUT_PROOF:
        return Light(name, "bad", stood, _("A night passed without one: look at the log of the worker."))
    return Light(name, "good", stood)


def notices() -> Light:
    """What the site has to say about itself is somebody's to write."""
    name, unwritten = _("Notices of this site"), missing()
    if not unwritten:
        return Light(name, "good", _("All of them are written, in each language."))
    languages = dict(settings.LANGUAGES)
    said = ", ".join(f"{which.label} ({languages[code]})" for which, code in unwritten)
    sentence = _("Not written yet: %(notices)s.") % {"notices": said}
    return Light(name, "look", sentence, _("Write them in the administration, under “Notices of this site”."))


LOOKS: list[Callable[[], Light]] = [address, mails, database, valkey, worker, queue, disk, backups, notices]

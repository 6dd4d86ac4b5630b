"""The one table of limits: who may ask how often, and the answer to whoever asks more.

A limit protects the site from one person or one address; it is far above what a person does, and a command that
meets one is not lost: the outbox waits as long as the answer says.
"""

import hashlib
import ipaddress
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from accounts.second_factor import account_of

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]
MINUTE, HOUR = 60, 3600
MOST_COUNTS = 20_000  # kept in one process before the finished ones are thrown away


class By(Enum):
    """Whom a limit counts."""

    PERSON = auto()  # the signed-in person, else the address
    ADDRESS = auto()
    NAMED = auto()  # the account that a sign-in form names, wherever it is sent from
    COMING = auto()  # the account of who is signed in or, with a code to show, half signed in


@dataclass(frozen=True)
class Limit:
    """At most `most` in `seconds`; a `shared` one is counted for all processes together."""

    most: int
    seconds: int
    by: By
    shared: bool = False


LIMITS: Mapping[str, Limit] = {
    # Guessing is what these stop, so they hold across processes and restarts.
    "sign-in": Limit(60, 10 * MINUTE, By.ADDRESS, shared=True),
    "sign-in to one account": Limit(10, 5 * MINUTE, By.NAMED, shared=True),
    "mailed code": Limit(20, HOUR, By.ADDRESS, shared=True),
    "mailed code to one account": Limit(5, 15 * MINUTE, By.NAMED, shared=True),
    "typed code": Limit(30, 10 * MINUTE, By.ADDRESS, shared=True),
    # Of a million codes three are right at a time: whoever has the password finds one in 700 days of guessing.
    "second factor of one account": Limit(10, 30 * MINUTE, By.COMING, shared=True),
    "link": Limit(60, 10 * MINUTE, By.ADDRESS, shared=True),
    # A class that opens one link at once, behind one address.
    "invitation": Limit(300, 10 * MINUTE, By.ADDRESS, shared=True),
    # Browsers that wait look again every few seconds.
    "key": Limit(600, 10 * MINUTE, By.ADDRESS, shared=True),
    "arrival": Limit(100, HOUR, By.ADDRESS, shared=True),
    # A phone that comes back with 200 waiting commands passes at once.
    "command": Limit(600, MINUTE, By.PERSON),
    # Parts of files: the smallest ones at 15 MB a second.
    "part": Limit(4000, MINUTE, By.PERSON),
    "feed": Limit(600, MINUTE, By.PERSON),
    "shells": Limit(120, MINUTE, By.PERSON),
    "socket": Limit(300, MINUTE, By.ADDRESS),  # one household, or one building site behind one address
}

# What a request to a URL name is counted as; every other POST is a command.
POSTS: Mapping[str, tuple[str, ...]] = {
    "account_login": ("sign-in", "sign-in to one account"),
    "account_request_login_code": ("mailed code", "mailed code to one account"),
    "account_confirm_login_code": ("typed code",),
    "mfa_authenticate": ("typed code", "second factor of one account"),
    "mfa_reauthenticate": ("typed code", "second factor of one account"),
    "accounts:again": ("mailed code",),
    "accounts:again_proof": ("typed code", "second factor of one account"),
    "mfa_activate_totp": ("typed code", "second factor of one account"),
    "account_reauthenticate": ("sign-in", "second factor of one account"),
    "accounts:link": ("link",),
    "invitations:landing": ("invitation",),
    "guests:landing": ("key",),
    "invitations:arrival": ("arrival", "mailed code to one account", "sign-in to one account"),
    "guests:address": ("mailed code", "mailed code to one account"),
    "guests:proof": ("typed code",),
    "guests:account": ("typed code",),
    "sync:feed": ("feed",),
    "files:uploads": ("command",),
    "files:upload": ("part",),
}
# Where these forms name the account; another field beside it counts for nothing.
NAMING_FIELDS: Mapping[str, str] = {
    "account_login": "login",
    "account_request_login_code": "email",
    "invitations:arrival": "email",
    "guests:address": "email",
}
GETS: Mapping[str, tuple[str, ...]] = {
    "accounts:link": ("link",),
    "invitations:landing": ("invitation",),
    "guests:landing": ("key",),
    "sync:shells": ("shells",),
    "sync:sphere_shells": ("shells",),
}


class LimitsMiddleware:
    """Answers 429 in place of a view that is asked too often."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on: only a known URL name can be counted."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Count the request; answer it if it is one too many."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if request.method in {"GET", "HEAD"}:
            counted = GETS.get(name, ())
        else:
            counted = POSTS.get(name, ("command",))
        waits = [spend(limit, _who(request, LIMITS[limit].by)) for limit in counted]
        wait = max(waits, default=0)
        return too_many(request, wait) if wait else None


def spend(name: str, who: str) -> int:
    """Count one `name` of `who`; give 0 if it may pass, else the seconds until the next one may."""
    if not settings.ALVEOLE_LIMITS:
        return 0
    limit = LIMITS[name]
    now = time.time()
    window = int(now // limit.seconds)
    key = f"limit:{name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}:{window}".replace(" ", "-")
    count = _count_shared(key, limit.seconds) if limit.shared else _count_here(key, limit.seconds)
    return 0 if count <= limit.most else max(1, math.ceil((window + 1) * limit.seconds - now))


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """Answer 429; never final for a command: nothing is lost by waiting `wait` seconds."""
    sentence = _wait_sentence(wait)
    if request.get_preferred_type(["application/json", "text/html"]) == "application/json":
        said = {"outcome": "later", "sentence": sentence}
        return JsonResponse(said, status=429, headers={"Retry-After": str(wait)})
    page = render(request, "429.html", {"sentence": sentence}, status=429)
    page.headers["Retry-After"] = str(wait)
    return page


def _wait_sentence(wait: int) -> str:
    if wait < MINUTE:
        sentence = ngettext(
            "Too many requests. Try again in %d second.", "Too many requests. Try again in %d seconds.", wait
        )
        return sentence % wait
    minutes = math.ceil(wait / MINUTE)
    sentence = ngettext(
        "Too many requests. Try again in %d minute.", "Too many requests. Try again in %d minutes.", minutes
    )
    return sentence % minutes


def address_of(peer: str) -> str:
    """Give what counts as one address: the IPv4 address, or the /64 that one subscriber has of IPv6."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _who(request: HttpRequest, by: By) -> str:
    if by is By.NAMED:
        named = request.POST.get(NAMING_FIELDS[request.resolver_match.view_name if request.resolver_match else ""], "")
        return f"named {named.strip().lower()}"
    if by is By.COMING:
        return f"account {account_of(request)}"
    if by is By.PERSON and request.user.is_authenticated:
        return f"person {request.user.pk}"
    return f"address {address_of(request.META.get('REMOTE_ADDR', ''))}"


def _count_shared(key: str, seconds: int) -> int:
    try:
        cache.add(key, 0, timeout=seconds + MINUTE)
        return int(cache.incr(key))
    except ValueError:  # it ended between the two
        return 1
    except RedisError as failure:
        # Signing in must go on while Valkey is restarted, and guessing must not.
        logger.warning("Limits are counted per process: %s", failure)
        return _count_here(key, seconds)


_counts: dict[str, tuple[float, int]] = {}
_counting = threading.Lock()


def _count_here(key: str, seconds: int) -> int:
    now = time.monotonic()
    with _counting:
        if len(_counts) >= MOST_COUNTS:
            for old in [other for other, (ends, _count) in _counts.items() if ends < now]:
                del _counts[old]
        if len(_counts) >= MOST_COUNTS:  # a flood of addresses must not fill the memory
            _counts.clear()
        ends, count = _counts.get(key, (now + seconds, 0))
        _counts[key] = (ends, count + 1)
        return count + 1

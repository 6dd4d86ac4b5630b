"""The reactions there are: few, named, and spoken in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Emoji(NamedTuple):
    """One reaction: how it looks, and how it is spoken."""

    sign: str
    spoken: _StrPromise


# The names are stored and sent; the order is that of the picker and of every tally.
EMOJI = {
    "thumb": Emoji("👍", _("Thumbs up")),
    "heart": Emoji("❤️", _("Heart")),
    "laugh": Emoji("😂", _("Laughing")),
    "wonder": Emoji("😮", _("Surprised")),
    "sad": Emoji("😢", _("Sad")),
    "thanks": Emoji("🙏", _("Thank you")),
}

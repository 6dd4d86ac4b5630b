"""The verbs of invitations."""

from spheres.invitations.actions.answering import claim_answer, settle_answer
from spheres.invitations.actions.inviting import (
    arrive,
    ask,
    ask_with_account,
    come_in,
    decide,
    end_expired,
    erase_some,
    invite,
    keep_door,
    revoke,
    withdraw,
)
from spheres.invitations.actions.mailing import (
    LETTERS_LAST,
    MOST_TRIES,
    claim,
    forget_letters,
    send_by_mail,
    settle,
    tell_progress,
)

__all__ = [
    "LETTERS_LAST",
    "MOST_TRIES",
    "arrive",
    "ask",
    "ask_with_account",
    "claim",
    "claim_answer",
    "come_in",
    "decide",
    "end_expired",
    "erase_some",
    "forget_letters",
    "invite",
    "keep_door",
    "revoke",
    "send_by_mail",
    "settle",
    "settle_answer",
    "tell_progress",
    "withdraw",
]

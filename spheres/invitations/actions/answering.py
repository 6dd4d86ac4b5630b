"""Telling whoever asked what was answered: a letter is taken in hand and settled, as those of a mailing are."""

from __future__ import annotations

from journal import clock
from journal.writing import writing
from spheres.invitations.actions.mailing import MOST_TRIES
from spheres.invitations.models import LetterState, Request


def claim_answer() -> Request | None:
    """Take one answer in hand that nobody has told yet, so that no other worker does; None where there is none."""

    def body() -> Request | None:
        request = Request.objects.to_tell().select_for_update(of=("self",), skip_locked=True).first()
        if request is not None:
            request.letter, request.taken_at, request.tries = LetterState.SENDING, clock.now(), request.tries + 1
            request.save(update_fields=["letter", "taken_at", "tries"])
        return request

    return writing(body)


def settle_answer(request: Request, *, is_sent: bool, is_final: bool = False) -> None:
    """Write down what became of a letter in hand: sent, not to be sent, or (by and by given up) to be tried again."""
    is_given_up = is_final or request.tries >= MOST_TRIES
    otherwise = LetterState.FAILED if is_given_up else LetterState.WAITING
    request.letter = LetterState.SENT if is_sent else otherwise
    writing(lambda: request.save(update_fields=["letter"]))

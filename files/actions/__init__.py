"""The verbs of files."""

from files.actions.attaching import attach, discard
from files.actions.forgetting import erase_some, forget
from files.actions.preparing import failed, gathered, pictured, put_off
from files.actions.sending import Misplaced, announce, give_up, receive

__all__ = [
    "Misplaced",
    "announce",
    "attach",
    "discard",
    "erase_some",
    "failed",
    "forget",
    "gathered",
    "give_up",
    "pictured",
    "put_off",
    "receive",
]

"""The verbs of threads."""

from threads.actions.accepting import accept
from threads.actions.commenting import (
    close_thread,
    comment,
    delete_comment,
    edit_comment,
    withdraw_comments,
)
from threads.actions.holding import erase_some
from threads.actions.keeping import keep
from threads.actions.mentioning import calls
from threads.actions.reacting import react, take_reactions_back
from threads.actions.reporting import decide, report

__all__ = [
    "accept",
    "calls",
    "close_thread",
    "comment",
    "decide",
    "delete_comment",
    "edit_comment",
    "erase_some",
    "keep",
    "react",
    "report",
    "take_reactions_back",
    "withdraw_comments",
]

"""The verbs of spheres."""

from spheres.actions.belonging import (
    administrators_without,
    admit,
    assign,
    end,
    end_membership,
    give_role,
    join,
    on_assigned,
    on_ended,
    on_joined,
    posts_removers,
    present,
    remove_posts,
    tell_member,
    under_lock,
)
from spheres.actions.ending import archive, delete_sphere, erase, erase_some_of, erasers, reopen, restore_sphere
from spheres.actions.founding import create_organisation, create_sphere, on_chartered, on_founded
from spheres.actions.listing import give_roll, keep_roll
from spheres.actions.marking import mark, mark_each
from spheres.actions.publishing import publish
from spheres.actions.settling import name_organisation, on_settled, settle, tell_members

__all__ = [
    "administrators_without",
    "admit",
    "archive",
    "assign",
    "create_organisation",
    "create_sphere",
    "delete_sphere",
    "end",
    "end_membership",
    "erase",
    "erase_some_of",
    "erasers",
    "give_role",
    "give_roll",
    "join",
    "keep_roll",
    "mark",
    "mark_each",
    "name_organisation",
    "on_assigned",
    "on_chartered",
    "on_ended",
    "on_founded",
    "on_joined",
    "on_settled",
    "posts_removers",
    "present",
    "publish",
    "remove_posts",
    "reopen",
    "restore_sphere",
    "settle",
    "tell_member",
    "tell_members",
    "under_lock",
]

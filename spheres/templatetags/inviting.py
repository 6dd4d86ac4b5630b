"""What pages ask about inviting."""

from django import template

from spheres.guests.rules import may_make
from spheres.invitations import rules
from spheres.models import Membership, Role

register = template.Library()


@register.simple_tag
def roles_to_give(member: Membership) -> list[Role]:
    """Give the roles as which this member may invite; none: they invite nobody."""
    return [Role(role) for role in rules.roles_to_give(member)]


@register.simple_tag
def may_make_keys(member: Membership) -> bool:
    """Whether this member may make direct links."""
    return may_make(member)

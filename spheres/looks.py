"""What the hues and shapes of spheres are called, and the kinds of organisations."""

from django.utils.translation import gettext_lazy as _

HUE_NAMES = {
    "amber": _("Amber"),
    "clay": _("Clay"),
    "coral": _("Coral"),
    "rose": _("Rose"),
    "plum": _("Plum"),
    "violet": _("Violet"),
    "indigo": _("Indigo"),
    "blue": _("Blue"),
    "teal": _("Teal"),
    "green": _("Green"),
    "olive": _("Olive"),
    "slate": _("Slate"),
}
SHAPE_NAMES = {
    "circle": _("Circle"),
    "square": _("Square"),
    "diamond": _("Diamond"),
    "triangle": _("Triangle"),
    "pentagon": _("Pentagon"),
    "hexagon": _("Hexagon"),
    "star": _("Star"),
    "drop": _("Drop"),
}
KIND_NAMES = {
    "company": _("A company"),
    "association": _("An association"),
    "school": _("A school"),
    "family": _("A family"),
    "other": _("Something else"),
}

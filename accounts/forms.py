"""The shape of what people say about themselves."""

from django import forms
from django.conf import settings


class LanguageForm(forms.Form):
    """Which language to read in."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)

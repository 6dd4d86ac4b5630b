"""The shape of a notice."""

from django import forms
from django.conf import settings

from alveole.notices.models import LONGEST, Which


class NoticeForm(forms.Form):
    """Which notice, in which language, what it says, and what was seen before."""

    which = forms.ChoiceField(choices=Which.choices)
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    text = forms.CharField(max_length=LONGEST, required=False)
    seen = forms.IntegerField(min_value=0)

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


def point_to_its_own_journal(apps, schema_editor):
    """Let every sphere tell who is in it where it always did; a hall gets a roll of its own at the next start."""
    apps.get_model("spheres", "Sphere").objects.filter(roll=None).update(roll_id=F("journal_id"))


# What the form of a new sphere had chosen until now.
FIRST = {"company": "project", "association": "club", "school": "project"}


def propose_what_was_chosen(apps, schema_editor):
    for hall in apps.get_model("spheres", "Sphere").objects.filter(is_hall=True).select_related("organisation"):
        hall.proposed_preset = FIRST.get(hall.organisation.kind, "family")
        hall.save(update_fields=["proposed_preset"])


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_initial'),
        ('spheres', '0014_when_the_site_asks'),
    ]

    operations = [
        migrations.AddField(
            model_name='sphere',
            name='lists_members',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='sphere',
            name='roll',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.journal'),
        ),
        migrations.AddField(
            model_name='sphere',
            name='proposed_preset',
            field=models.CharField(blank=True, max_length=16, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='sphere',
            name='proposed_type',
            field=models.CharField(default='classic', max_length=16),
        ),
        migrations.AddField(
            model_name='sphere',
            name='proposed_history',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='sphere',
            name='proposed_charter',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='sphere',
            name='proposed_without',
            field=models.CharField(blank=True, max_length=200, default=''),
            preserve_default=False,
        ),
        migrations.RunPython(propose_what_was_chosen, migrations.RunPython.noop),
        migrations.RunPython(point_to_its_own_journal, migrations.RunPython.noop),
    ]

from uuid import uuid4

import django.db.models.deletion
from django.db import migrations, models

from journal.ids import uuid7


def furnish(apps, schema_editor):
    """Give every sphere its desk, and everybody responsible for one a Reader of it."""
    names = ("Sphere", "Membership", "Reader")
    Sphere, Membership, Reader = (apps.get_model("spheres", name) for name in names)
    Journal = apps.get_model("journal", "Journal")
    for sphere in Sphere.objects.filter(desk=None):
        sphere.desk = Journal.objects.create(id=uuid7(), scope=sphere.pk, epoch=uuid4())
        sphere.save(update_fields=["desk"])
        responsible = Membership.objects.filter(sphere=sphere, role="administrator", ended_at=None)
        Reader.objects.bulk_create(Reader(journal=sphere.desk, membership=member) for member in responsible)


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_initial'),
        ('spheres', '0004_hall'),
    ]

    operations = [
        migrations.AddField(
            model_name='sphere',
            name='desk',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.journal'),
        ),
        migrations.RunPython(furnish, migrations.RunPython.noop),
    ]

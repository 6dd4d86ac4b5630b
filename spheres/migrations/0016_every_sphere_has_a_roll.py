import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart from the one before: PostgreSQL alters no table with checks that are still to be made."""

    dependencies = [
        ('spheres', '0015_roll'),
    ]

    operations = [
        migrations.AlterField(
            model_name='sphere',
            name='roll',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.journal'),
        ),
    ]

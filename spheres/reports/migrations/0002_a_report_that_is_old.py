from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        ("spheres", "0014_when_the_site_asks"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="is_old",
            field=models.BooleanField(default=False),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("spheres", "0013_tools_of_a_sphere"),
    ]

    operations = [
        migrations.AddField(
            model_name="sphere",
            name="asked_at",
            field=models.DateTimeField(null=True),
        ),
    ]

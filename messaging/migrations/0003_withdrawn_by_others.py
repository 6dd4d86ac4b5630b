from django.db import migrations, models


def say_by_whom(apps, schema_editor):
    """Mark what was removed with somebody who did not leave by themself: their own journal knows."""
    Message = apps.get_model("messaging", "Message")
    Entry = apps.get_model("journal", "Entry")
    withdrawn = Message.objects.exclude(withdrawn_at=None)
    for author, journal in withdrawn.order_by().values_list("author", "author__journal").distinct():
        left = Entry.objects.filter(journal=journal, verb="left", superseded=False)
        if left.exclude(actor=author).exists():
            withdrawn.filter(author=author).update(is_withdrawn_by_others=True)


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0001_initial'),
        ('messaging', '0002_withdrawn'),
        ('spheres', '0012_contacts_of_a_member'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='is_withdrawn_by_others',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(say_by_whom, migrations.RunPython.noop),
    ]

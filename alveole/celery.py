"""Background work: the Celery application.

A task is only the waking of something whose state is in the database: it may come twice or late, and a periodic
sweep finds what was missed.
"""

import os
from urllib.parse import urlsplit

from celery import Celery
from django.apps import apps
from django.conf import settings

# A task whose worker was killed is given to another one; so is one that takes longer, while it still runs: such a task
# holds a claim, by which the second delivery sees the first and leaves (alveole/backup/proving.py).
REDELIVERY_SECONDS = 900


def broker_url(valkey_url: str) -> str:
    """Give `valkey_url` as Celery's transport reads it: it calls unix sockets and databases by other names."""
    if not valkey_url.startswith("unix://"):
        return valkey_url
    parts = urlsplit(valkey_url)
    query = parts.query.replace("db=", "virtual_host=")
    return f"redis+socket://{parts.path}" + (f"?{query}" if query else "")


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alveole.settings")
app = Celery("alveole", set_as_current=True)
app.conf.update(
    broker_url=broker_url(settings.VALKEY_URL),
    broker_transport_options={"visibility_timeout": REDELIVERY_SECONDS, "global_keyprefix": "celery:"},
    broker_connection_retry_on_startup=True,
    broker_pool_limit=4,
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_store_eager_result=False,
    task_default_queue="alveole",
    task_always_eager=getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False),
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    beat_schedule=settings.BEAT_SCHEDULE,
    beat_schedule_filename=str(settings.DATA_DIR / "beat-schedule"),
    timezone=settings.TIME_ZONE,
)
app.autodiscover_tasks(lambda: [config.name for config in apps.get_app_configs()])

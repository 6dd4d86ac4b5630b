"""How comments are answered to: by reactions."""

from threads.models import Comment
from threads.subjects import Subject

SUBJECT = Subject(
    "threads.comment", Comment, namespace="threads", path="comments", id="comment_id", takes_comments=False
)

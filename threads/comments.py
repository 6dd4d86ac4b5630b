"""How comments are answered to: by reactions."""

from threads.actions.commenting import delete_comment
from threads.models import Comment
from threads.subjects import Subject

SUBJECT = Subject(
    "threads.comment",
    Comment,
    namespace="threads",
    path="comments",
    id="comment_id",
    hide=delete_comment,
    takes_comments=False,
)

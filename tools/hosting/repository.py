"""The repository that is cloned: this folder as one version, and a later one that has a migration more."""

import subprocess
from pathlib import Path

from tools.hosting.place import AS_USER, USER, Place

GIT = ("git", "-c", "user.name=Trial", "-c", "user.email=trial@example.invalid")
MIGRATIONS = Path("messaging/migrations")
NEXT = "9999_trial"
TABLE = "trial_of_an_upgrade"
MIGRATION = f'''"""What a later version brings."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "{{last}}")]
    operations = [migrations.RunSQL("CREATE TABLE {TABLE} (id integer)", "DROP TABLE {TABLE}")]
'''


class Repository:
    """A repository beside the place; the user owns it, for git reads no other's."""

    def __init__(self, here: Place) -> None:
        self.here = here
        self.folder = here.folder / "repository"

    def publish(self) -> None:
        """Commit what git tracks in this folder, as it stands now."""
        self.folder.mkdir()
        # Says nothing and fails where all is committed.
        stash = subprocess.run([*GIT, "stash", "create"], capture_output=True, text=True, check=False).stdout.strip()
        packed = self.here.folder / "packed.tar"
        subprocess.run(["git", "archive", f"--output={packed}", stash or "HEAD"], check=True)
        subprocess.run(["tar", "-x", "-f", packed, "-C", self.folder], check=True)
        if self.here.is_root:
            subprocess.run(["chown", "-R", f"{USER}:", self.folder], check=True)
        self._git("init --quiet --initial-branch main")
        self._commit("This version")

    def publish_the_next(self) -> None:
        """Commit a migration more."""
        last = max(path.stem for path in MIGRATIONS.glob("[0-9]*.py"))
        file = self.folder / MIGRATIONS / f"{NEXT}.py"
        file.write_text(MIGRATION.format(last=last))
        self._commit("The next version")

    def _commit(self, message: str) -> None:
        self._git("add --all --force")
        self._git(f"commit --quiet -m '{message}'")

    def _git(self, words: str) -> None:
        self.here.type(f"{AS_USER}{' '.join(GIT)} -C {self.folder} {words}")

"""Images in the simulator: a small Debian, and on it the same files that the Docker images get."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from lab.engines.base import BuildError
from lab.model.contents import Contents, contents
from lab.model.manifest import Entry
from lab.model.package import Catalogue
from lab.model.recipe import Recipe

BASE_FILES: Mapping[str, bytes] = {
    "/etc/debian_version": b"12.12\n",
    "/etc/issue": b"Debian GNU/Linux 12 \\n \\l\n\n",
    "/etc/motd": b"\nThe programs included with the Debian GNU/Linux system are free software.\n",
    "/etc/shells": b"# /etc/shells: valid login shells\n/bin/sh\n/usr/bin/sh\n/bin/bash\n/usr/bin/bash\n",
}
"""A few files that a person may want to change; a real Debian has some thousands more."""

BASE_DIRECTORIES = (
    "/etc/apt/apt.conf.d",
    "/etc/cron.d",
    "/etc/default",
    "/etc/profile.d",
    "/etc/service/storefront",
    "/etc/storefront",
    "/home",
    "/opt",
    "/root",
    "/srv",
    "/usr/bin",
    "/usr/lib/python3/dist-packages",
    "/usr/local/bin",
    "/usr/local/etc",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/sbin",
    "/var/lib",
    "/var/spool",
)


def build(recipe: Recipe, catalogue: Catalogue) -> Contents:
    """What Docker's build of the recipe puts into an image, as far as the simulator knows a Debian.

    Raises `BuildError` where Docker's build would fail.
    """
    made = contents(recipe, catalogue, BASE_FILES)
    paths = [PurePosixPath(path) for path in (*BASE_DIRECTORIES, *made.files)]
    directories = {*BASE_DIRECTORIES, *(str(parent) for path in paths for parent in path.parents)}
    for path in sorted(directories & made.files.keys()):
        raise BuildError(f"{recipe.service} {recipe.version} cannot be built: {path} would be a file and a directory")
    manifest = {directory: Entry("dir", mode=0o755, owner="0:0") for directory in sorted(directories)}
    return Contents({**manifest, **made.manifest}, made.files)

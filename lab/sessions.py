"""Sessions on this machine: their names, their journals and locks in the state folder, and which of them live.

A session is `NAME.jsonl`, its journal, and `NAME.lock`, which its lab holds locked for as long as it lives. The
kernel lets go of the lock however the lab ends.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from lab.engines.base import LabError

KEPT = 50
"""As many journals are kept; older ones are pruned when a session begins."""

State = Literal["running", "ok", "failed", "interrupted", "killed"]
"""`killed`: it neither lives nor said goodbye."""

_TAIL = 1 << 16
_ADJECTIVES = "amber brisk calm clear crisp deft early fair fond keen lucid mild neat plain quick quiet sure warm wry"
_ANIMALS = "badger crane finch gecko heron ibis koala lark lynx marten newt otter owl puffin robin seal stoat swift"


class StateFolderError(LabError):
    """The folder for journals and locks cannot be used."""


@dataclass(frozen=True)
class Session:
    """A lab that runs, or ran: its files."""

    name: str
    folder: Path

    @property
    def journal(self) -> Path:
        return self.folder / f"{self.name}.jsonl"

    @property
    def lock(self) -> Path:
        return self.folder / f"{self.name}.lock"

    @property
    def alive(self) -> bool:
        return is_alive(self.lock)


@dataclass(frozen=True)
class Listed:
    """A session as a list shows it. `modified` is in seconds since the epoch, `size` in bytes."""

    session: Session
    title: str
    engine: str
    modified: float
    size: int
    state: State


def state_folder() -> Path:
    """Where journals and locks are; made if need be. The environment's LAB_STATE_DIR comes first."""
    from platformdirs import user_state_path

    given = os.environ.get("LAB_STATE_DIR")
    folder = Path(given).absolute() if given else user_state_path("immutable-lab", appauthor=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateFolderError(
            f"cannot make the state folder {folder}: {error.strerror}. Set LAB_STATE_DIR to one that can be written."
        ) from None
    return folder


@contextmanager
def begin() -> Iterator[Session]:
    """A new session of its own, alive until the end of the block; the oldest journals go."""
    folder = state_folder()
    session = Session(_new_name(), folder)
    while session.journal.exists() or session.lock.exists():
        session = Session(_new_name(), folder)
    lock = FileLock(session.lock)
    try:
        lock.acquire(timeout=10)  # someone may be asking just now whether it is alive
    except (OSError, Timeout) as error:
        raise StateFolderError(
            f"cannot lock {session.lock}: {error}. Set LAB_STATE_DIR to a folder that can be written."
        ) from None
    try:
        prune(folder)
        yield session
    finally:
        lock.release()
        session.lock.unlink(missing_ok=True)


def is_alive(lock: Path) -> bool:
    """Whether some process holds this lock file."""
    try:
        if not lock.exists():
            return False
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
    except PermissionError:
        return True  # another user's: not ours to declare dead


def find(name: str) -> Session | None:
    """The session of that name, if its journal is in the state folder."""
    session = Session(name, state_folder())
    return session if name == Path(name).name and session.journal.exists() else None


def listed() -> list[Listed]:
    """All sessions whose journals are kept, the newest first."""
    entries = []
    for session in _by_age(state_folder()):
        with suppress(FileNotFoundError):
            entries.append(_describe(session))
    return entries[::-1]


def prune(folder: Path, kept: int = KEPT) -> None:
    """Remove the oldest journals beyond `kept`, and locks without a journal; never those of a live session."""
    for session in _by_age(folder)[:-kept]:
        if not session.alive:
            session.journal.unlink(missing_ok=True)
    for lock in folder.glob("*.lock"):
        if not lock.with_suffix(".jsonl").exists() and _is_old(lock) and not is_alive(lock):
            lock.unlink(missing_ok=True)


def _is_old(lock: Path) -> bool:
    """Older than the newest of its neighbours by a minute: one that is being locked just now is left alone."""
    ages = [_modified(other) for other in lock.parent.glob("*.lock")]
    return max(ages, default=0.0) - _modified(lock) > 60


def _by_age(folder: Path) -> list[Session]:
    """The oldest first."""
    return [Session(path.stem, folder) for path in sorted(folder.glob("*.jsonl"), key=lambda p: (_modified(p), p.name))]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _describe(session: Session) -> Listed:
    from lab.journal import JournalError, decode, read
    from lab.model.events import SessionClosed, SessionOpened

    status = session.journal.stat()
    title, engine, closed = "(not a readable journal)", "", None
    with suppress(JournalError):
        first = next(read(session.journal), None)
        if isinstance(first, SessionOpened):
            title, engine = first.title, first.engine
    with suppress(ValueError):
        last = decode(_last_line(session.journal))
        closed = last if isinstance(last, SessionClosed) else None
    return Listed(session, title, engine, status.st_mtime, status.st_size, _state(session, closed))


def _state(session: Session, closed: object) -> State:
    from lab.model.events import SessionClosed

    if not isinstance(closed, SessionClosed):
        return "running" if session.alive else "killed"
    if closed.ok:
        return "ok"
    return "interrupted" if closed.reason == "interrupted" else "failed"


def _last_line(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        return file.read().rstrip(b"\n").rpartition(b"\n")[2]


def _new_name() -> str:
    words = (secrets.choice(words.split()) for words in (_ADJECTIVES, _ANIMALS))
    return "-".join([*words, secrets.token_hex(2)])

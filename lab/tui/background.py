"""Questions that may take long, or hang, answered beside the screens."""

import threading
from collections.abc import Callable
from contextlib import suppress

from textual.message import Message
from textual.message_pump import MessagePump


def ask(asker: MessagePump, question: Callable[[], Message]) -> None:
    """Let a thread answer `question`; the answer is a message, which is posted to `asker`.

    The thread is a daemon: Textual's own workers are waited for at the end of the program, and one that hangs would
    keep it from ending.
    """

    def answer() -> None:
        message = question()
        with suppress(RuntimeError):  # the screens are gone, and their loop with them
            asker.post_message(message)

    threading.Thread(target=answer, daemon=True, name="lab-question").start()

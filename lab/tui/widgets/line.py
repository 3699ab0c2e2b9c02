"""A line to type into, or to paste into."""

from textual.widgets import Input

from lab.report.timeline import plain


class Line(Input):
    """An input that shows what would steer a terminal as `�`, as it would draw it unchanged."""

    def replace(self, text: str, start: int, end: int) -> None:
        """Everything that is typed or pasted comes in here."""
        super().replace(plain(text).replace("\n", " ").replace("\t", " "), start, end)

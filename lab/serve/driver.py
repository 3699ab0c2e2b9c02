"""The driver of a viewer: Textual's driver for browsers, without what a viewer has no use for."""

import os

from textual.drivers.web_driver import WebDriver


class ViewerDriver(WebDriver):
    """Ends the viewer when whoever served it is gone, however that ended; opens nothing in the browser."""

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not self.exit_event.is_set():
            os._exit(0)  # from this thread, as the screens' own may be waiting for somebody to read what they draw

    def open_url(self, url: str, new_tab: bool = True) -> None:
        """Nothing that is shown may lead a viewer's browser elsewhere."""

"""`lab`: the group of verbs, and how every way to end becomes an exit code."""

import importlib
import os
import sys
from typing import ClassVar

import click

from lab import __version__
from lab.engines.base import LabError

EPILOG = """\b
First steps:
  lab                          open it in the terminal
  lab play pets-and-cattle     one release, one hand edit, one roll-back, on two fleets
  lab doctor                   what works on this machine
  lab replay NAME              look at an earlier session again

\b
Exit codes: 0 all held; 1 an expectation or an order failed; 2 the scenario or the call
is wrong; 3 the engine cannot be used; 130 interrupted, after cleaning up.
"""


class Verbs(click.Group):
    """Verbs that are imported when they are asked for: each is `lab.cli.VERB`, with a command named `command`."""

    NAMES: ClassVar = (
        "play",
        "check",
        "schema",
        "replay",
        "serve",
        "sessions",
        "status",
        "events",
        "doctor",
        "down",
        "images",
        "bisect",
        "copy",
    )

    def list_commands(self, context: click.Context) -> list[str]:
        return [*self.NAMES]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.NAMES:
            return None
        command: click.Command = importlib.import_module(f"lab.cli.{name}").command
        return command


@click.command(
    cls=Verbs, epilog=EPILOG, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="lab")
@click.pass_context
def lab(context: click.Context) -> int:
    """A lab for immutable infrastructure: the same orders to a mutable and an immutable fleet, under the same
    traffic, with what came of it side by side.

    Without a verb, it opens in the terminal: choose a scenario, or `n` for two fleets of your own.
    """
    if context.invoked_subcommand:
        return 0
    from lab.cli.terminal import in_a_terminal

    if not in_a_terminal():
        click.echo(context.get_help())
        return 0
    from lab.tui.run import run as open_screens

    return open_screens()


def main() -> None:
    """The entry point."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Carry out a command line; its exit code."""
    try:
        code = lab.main(arguments, prog_name="lab", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except LabError as error:
        click.echo(error, err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter would complain at exit
        return 1
    except Exception as error:
        from lab.cli.crash import report

        click.echo(report(error), err=True)
        return 1

"""`lab images graph`: which version derives from which."""

import click

from lab.cli.versions import DEMO, scenario_with


@click.command("graph", short_help="Show which version derives from which.")
@click.argument("file", default=DEMO)
@click.option("--dot", is_flag=True, help="In Graphviz's language.")
def command(file: str, dot: bool) -> int:
    """Show which version of scenario FILE derives from which, and what each of them changed.

    \b
    Examples:
      lab images graph find-the-bad-one
      lab images graph find-the-bad-one --dot | dot -Tsvg > lineage.svg
    """
    from lab.model.lineage import as_dot, as_text
    from lab.report.timeline import plain

    recipes = scenario_with(file).recipes
    click.echo(plain(as_dot(recipes) if dot else as_text(recipes)))
    return 0

"""`lab schema`: what a scenario may say, for editors."""

import click


@click.command(short_help="Print the JSON Schema of scenarios.")
def command() -> int:
    """Print the JSON Schema of scenario files.

    An editor that knows it completes keys and marks mistakes while you type. With the YAML language server
    (VS Code's YAML extension, Neovim, Helix, …) save the schema and name it in a scenario's first line:

    \b
      lab schema > lab.schema.json
      # yaml-language-server: $schema=lab.schema.json
    """
    import json

    from lab.scenario.schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return 0

"""How a benchmark says what it found."""

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any

Result = dict[str, Any]


def main(doc: str, measure: Callable[[], Result], table: Callable[[Result], Sequence[Sequence[Any]]]) -> None:
    """Measure, then print the table, or the result itself with `--json`."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one object instead of a table")
    wanted = parser.parse_args()
    result = measure()
    if wanted.json:
        print(json.dumps(result, indent=1))
    else:
        rows = [[str(cell) for cell in row] for row in table(result)]
        widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
        for first, *others in rows:
            padded = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=False)]
            print("  ".join([first.ljust(widths[0]), *padded]).rstrip())

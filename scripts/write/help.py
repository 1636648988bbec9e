"""How the `--help` of a door is laid out."""

import argparse
import re
import textwrap
from functools import partial

_wrapped = partial(textwrap.wrap, break_long_words=False, break_on_hyphens=False)


class Help(argparse.HelpFormatter):
    """Keeps the lines of a text, each wrapped between words; a command stays one to the shell."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return [part for line in text.splitlines() for part in _wrapped(line, width) or [""]]

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        whole = re.sub(r"\\\n\s*", "", text)
        lines = [
            " \\\n    ".join(_wrapped(line, width - 6))
            if line.startswith("python ")
            else "\n".join(_wrapped(line, width))
            for line in whole.splitlines()
        ]
        return "\n".join(f"{indent}{line}" for line in lines)

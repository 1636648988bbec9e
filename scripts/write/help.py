"""How the `--help` of a door is laid out."""

import argparse
import re

from scripts.read.text import filled, wrapped


class Help(argparse.HelpFormatter):
    """Keeps the lines of a text, each wrapped between words; a command stays one to the shell."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return [
            part for line in text.splitlines() for part in wrapped(line, width, whole=True) or [""]
        ]

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        whole = re.sub(r"\\\n\s*", "", text)
        lines = [
            " \\\n    ".join(wrapped(line, width - 6, whole=True))
            if line.startswith("python ")
            else filled(line, width, whole=True)
            for line in whole.splitlines()
        ]
        return "\n".join(f"{indent}{line}" for line in lines)

"""What a shared file says in Markdown: the text of a request, and the answer to one."""

from collections.abc import Iterator

from scripts.read.text import counted, safe_text
from scripts.sections.answer import answer
from scripts.sections.inputs import Report
from scripts.sections.warnings import warnings
from scripts.sharing.plausible import Finding
from scripts.tables.analysis import Analysis
from scripts.write.markdown import markdown, plain


def request_text(analysis: Analysis) -> str:
    """Return the text with which a file is shared: machine, command, answer."""
    return "\n".join(_request(analysis)) + "\n"


def finding_text(finding: Finding) -> str:
    """Return the answer to a file that arrived."""
    return "\n".join(_finding(finding)) + "\n"


def _request(analysis: Analysis) -> Iterator[str]:
    (file,) = analysis.results.files.to_dict("records")
    hardware = sorted({one for one in analysis.work["device_label"] if one != "cpu"})
    yield f"# Results of {marked(file['machine'])}: {marked(', '.join([*hardware, file['cpu']]))}"
    yield ""
    yield from _answers(analysis)
    yield ""
    cells = f"{counted(file['measured_cells'], 'cell')} measured, {file['absent_cells']} without"
    software = f"Python {marked(file['python'])}, torch {marked(file['torch'])}"
    yield f"{cells} a time; {marked(file['os'])}, {software}."
    yield ""
    yield f"    {safe_text(file['command'])}"


def _finding(finding: Finding) -> Iterator[str]:
    refused = bool(finding.refusals)
    yield f"## {marked(finding.path.name)}: {'refused' if refused else 'accepted'}"
    yield ""
    for lead, texts in (
        ("", finding.refusals),
        ("To be looked at: ", finding.doubts),
        ("Agrees: ", finding.agreements),
    ):
        yield from (f"- {lead}{marked(text)}" for text in texts)
    if not refused:
        yield ""
        yield from _answers(Analysis([finding.path]))


def _answers(analysis: Analysis) -> Iterator[str]:
    """Yield what a report's first lines say of a file."""
    report = Report(analysis)
    yield markdown([*warnings(report), *answer(report)])


def marked(text: object) -> str:
    """Return a text so that Markdown shows it as it is: no link, no mention, no markup."""
    return plain(safe_text(text, longest=2000))

"""Sections of the contract that code, tests and pages cite are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "docs" / "design" / "contract.md"
CITING = ("emailapi/**/*.py", "tests/**/*.py", "docs/**/*.md", ".ci/*.py", "*.md", "benchmarks/**/*.py")
CITATION = re.compile(r"contract(?:\s+sections?)?\s+((?:\d+(?:\.\d+)*(?:\s*(?:,|and|to)\s+)?)+)")
SECTION = re.compile(r"^#+ (\d+b?(?:\.\d+)*)[. ]", re.MULTILINE)


def sections_cited():
    """Yield each section that is cited, with the file that cites it."""
    for pattern in CITING:
        for path in ROOT.glob(pattern):
            # A citation may stand on two lines, of a comment too.
            text = re.sub(r"\s*\n[ #]*", " ", path.read_text("utf-8"))
            for found in CITATION.finditer(text):
                for section in re.findall(r"\d+(?:\.\d+)*", found[1]):
                    yield section, path.relative_to(ROOT)


def test_each_cited_section_of_the_contract_exists():
    sections = set(SECTION.findall(CONTRACT.read_text("utf-8")))
    cited = [*sections_cited()]
    assert len(cited) > 60
    assert [(section, str(path)) for section, path in cited if section not in sections] == []

"""Citations resolve: sections of the contract, and the links of the pages that Sphinx does not build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "docs" / "design" / "contract.md"
CITING = ("emailapi/**/*.py", "tests/**/*.py", "docs/**/*.md", ".ci/*.py", "*.md", "benchmarks/**/*.py")
CITATION = re.compile(r"contract(?:\s+sections?)?\s+((?:\d+(?:\.\d+)*(?:\s*(?:,|and|to)\s+)?)+)")
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)")
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


@pytest.mark.costly
def test_each_cited_section_of_the_contract_exists():
    sections = set(SECTION.findall(CONTRACT.read_text("utf-8")))
    cited = [*sections_cited()]
    assert len(cited) > 60
    assert [(section, str(path)) for section, path in cited if section not in sections] == []


def anchors_of(text):
    """Return the anchors that GitHub gives the headings of a page, and those that the page sets itself."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_each_link_leads_to_a_file_and_heading(name):
    text = (ROOT / name).read_text("utf-8")
    broken = []
    for path, anchor in LINK.findall(text):
        target = ROOT / path if path else ROOT / name
        if not target.exists() or (anchor and anchor not in anchors_of(target.read_text("utf-8"))):
            broken.append(f"{path}#{anchor}")
    assert broken == []

"""The names of people in BibTeX and biblatex fields, split by pybtex, given names first."""

import re
from collections.abc import Iterator, Sequence

from pybtex.bibtex.utils import split_name_list, split_tex_string
from pybtex.database import InvalidNameString, Person

_NAME_PART = re.compile(r"(family|given|prefix|suffix|useprefix|\w+-i)\s*=\s*(.*)")
_FEWEST_COMMAS_OF_A_LIST = 2
_ET_AL = re.compile(r",? ?\bet\.? al\b\.?$")
_OTHERS = frozenset(("", "others"))


def people(written: str) -> Iterator[str]:
    """Yield the names in a field."""
    for name in split_name_list(" ".join(written.replace(r"\,", " ").split())):
        person = name.strip().removeprefix("and ").removesuffix(" and").strip(" ,")
        person = _ET_AL.sub("", person)
        if person not in _OTHERS:
            yield from _given_first(person)


def _given_first(written: str) -> Iterator[str]:
    """Yield a name as `Given Surname`, or several names that only commas separate."""
    parts = split_tex_string(written, ",") if "," in written else [written]
    labelled = [_NAME_PART.fullmatch(part.strip(' "')) for part in parts]
    if all(labelled):
        known = {part[1]: part[2] for part in labelled if part}
        order = ("given", "prefix", "family", "suffix")
        yield " ".join(known[label] for label in order if label in known)
    elif len(parts) > _FEWEST_COMMAS_OF_A_LIST and all(" " in part for part in parts):
        # The second of three parts would be a suffix, `Jr.`, which is one word.
        yield from parts
    else:
        yield _person(written, parts)


def _person(written: str, parts: Sequence[str]) -> str:
    try:
        person = Person(written)
    except InvalidNameString:
        last, *given = parts
        return " ".join([*given[::-1], last])
    names = (person.first_names, person.middle_names, person.prelast_names)
    return " ".join(
        [*(name for group in names for name in group), *person.last_names, *person.lineage_names]
    )

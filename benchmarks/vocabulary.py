"""The words, clauses and set pieces of the generated corpus: all made up, none taken from a text.

Words are roots with prefixes and suffixes, so that there are thousands of them; a sentence joins
two of 32,768 clauses.
"""

from collections.abc import Sequence

Pick = int
"""A random integer of 62 bits; its digits in a mixed base are the choices made with it."""

_ROOTS = """
    adapt align anchor anneal assembl attend augment balanc blend bound branch bundl calibrat cascad
    chann cluster compil compos compress condens condition connect constrain contrast converg
    correct correlat crop decod deflat descend detect diffus dilat discount distill distort drift
    embed encod enforc enhanc ensembl estimat evaluat evolv expand explor extract factor filter
    flatten forecast form fragment fus gat gener grad group guid hash hint imitat impos index infer
    inflat inhibit initial inject interpol invert iterat label layer learn lift link local map
    margin mask match measur mediat memor merg minim mix model modulat monitor mutat navigat
    normal observ optim order overlap pack partition penal perceiv permut perturb pivot plan pool
    predict presum process project prompt propagat prun quant query random rank reason recall
    recurr refin regress reinforc relax render repeat resolv respond retriev reward rout sampl
    scal scan schedul scor search segment select sens separat shift shrink signal simulat sketch
    slic smooth sort spars split stack stat steer stor stretch structur suppress survey switch
    symbol tag target templat tessellat test threshold token trac train transfer transform translat
    travers trim tun unfold updat valid vari vector verif view warp weight
""".split()
_PREFIXES = ("", "re", "un")
_NOUN_ENDINGS = ("ing", "er", "ation", "ment", "ance")
_ADJECTIVE_ENDINGS = ("able", "ive", "al", "ed")
_VERB_ENDINGS = ("es", "ifies")

# Each takes two clauses and a tail.
_PATTERNS = """
    Because %s, %s%s.
    Although %s, %s%s.
    Whenever %s, %s%s.
    Here %s, and %s%s.
    If %s, then %s%s.
    Unless %s, hardly %s%s.
    First %s; later %s%s.
    Surprisingly, %s while %s%s.
    They show that %s and that %s%s.
    I doubt that %s, or why else would it help that %s%s?
    What I like: %s, so %s%s.
    Only where %s does it matter how %s%s.
    In theory %s, in practice %s%s.
    After training, %s until %s%s.
    Once %s, nothing changes: %s%s.
    Earlier work assumed that %s; this paper asks whether %s%s.
    Put plainly, %s, as %s%s.
    It remains unclear whether %s or rather %s%s.
    On one hand %s, but %s%s.
    Removing this step, %s, though %s%s.
    Both %s and, more often, %s%s.
    Intuitively, %s before %s%s.
    To be fair, %s; besides, %s%s.
    From there %s, by which %s%s.
"""
PATTERNS = tuple(line.strip() for line in _PATTERNS.strip().splitlines())
N_CLAUSES = 1 << 15
N_TAILS = 1 << 10
N_SENTENCES = 1 << 16
"""Two records of 18 sentences share one with a probability of 0.005."""

_SYLLABLES = (
    "ba den fel gor hal jan kov lin mar nor pel quist ros sen tav ul ven wik yam zel".split()
)
_ACCENTED = ("Mårten", "Brückner", "Lefèvre", "Ordóñez", "Kováč", "Sørby")
_GREEK = ("alpha", "beta", "gamma", "theta", "lambda", "mu", "sigma", "phi")
_LETTERS = "abdefghkmnpqrstuvwxyz"
_PAPER_LINKS = (
    "[Link to the paper](%s)",
    "Paper: %s",
    "See %s for the proof.",
    "The [follow-up](%sv2) says more.",
)
_HEADINGS = (
    "Summary",
    "Method",
    "Results",
    "Critique",
    "Introduction",
    "Experiments",
    "My thoughts",
)


def _words(endings: Sequence[str]) -> list[str]:
    return [
        f"{prefix}{root}{ending}" for prefix in _PREFIXES for ending in endings for root in _ROOTS
    ]


NOUNS = _words(_NOUN_ENDINGS)
_ADJECTIVES = _words(_ADJECTIVE_ENDINGS)
VERBS = _words(_VERB_ENDINGS)


def phrase(pick: Pick) -> str:
    """Make a phrase of two or three words, mostly with its article."""
    pick, shape = divmod(pick, 4)
    pick, first = divmod(pick, len(NOUNS))
    pick, second = divmod(pick, len(NOUNS))
    adjective = _ADJECTIVES[pick % len(_ADJECTIVES)]
    return (
        f"the {adjective} {NOUNS[first]}",
        f"a {NOUNS[first]} of {NOUNS[second]}",
        f"{adjective} {NOUNS[first]} {NOUNS[second]}",
        f"{NOUNS[first]} {NOUNS[second]}",
    )[shape]


def clause(pick: Pick) -> str:
    """Make a clause: who does what to whom."""
    pick, verb = divmod(pick, len(VERBS))
    # The other digits of a pick are used up by one phrase.
    return f"{phrase(pick)} {VERBS[verb]} {phrase(pick * 0x9E3779B97F4A7C15 >> 32)}"


def tail(pick: Pick) -> str:
    """Make the end of a sentence: a number, a place, a mention of a paper, or mostly nothing."""
    pick, shape = divmod(pick, 16)
    pick, number = divmod(pick, 97)
    year = 1990 + pick % 34
    return {
        0: f" by {number}.{pick % 10} points",
        1: f" on {number + 2} data sets",
        2: f" (Table {number % 9})",
        3: f" after {number * 10} epochs",
        4: f" as in {_surname(pick)} et al. ({year})",
        5: f" ({number} %)",
    }.get(shape, "")


def _surname(pick: Pick) -> str:
    pick, first = divmod(pick, len(_SYLLABLES))
    return (_SYLLABLES[first] + _SYLLABLES[pick % len(_SYLLABLES)]).capitalize()


def formula(pick: Pick) -> str:
    """Write a formula, inline or displayed, at the end of its piece; one in 16 lacks a brace."""
    pick, shape = divmod(pick, 16)
    pick, greek = divmod(pick, len(_GREEK))
    pick, letter = divmod(pick, len(_LETTERS))
    pick, index = divmod(pick, len(_LETTERS))
    number = pick % 1000
    g, x, i = _GREEK[greek], _LETTERS[letter], _LETTERS[index]
    if shape == 0:
        return rf"We keep $\frac{{{x}_{i}}}{{\{g} + {number}$"
    if shape < 5:
        return rf"$$\mathcal{{L}}_{{{x}}} = \sum_{{{i}=1}}^{{{number}}} \{g}_{i} \log p({x}_{i})$$"
    if shape < 7:
        return rf"\[ \hat{{{x}}} = \left( \{g}^{{{number}}} - {i} \right) / \sqrt{{{x}^2 + {i}}} \]"
    if shape < 10:
        return rf"The bound is \({x}_{{{i}}} \leq \{g}^{{{number}}}\)"
    return rf"As usual, ${x}_{{{number}}} = \{g}({i}) + \mathbb{{E}}[{i}]$"


def link(pick: Pick) -> str:
    """Write a link to a paper, to code, or to a page."""
    pick, shape = divmod(pick, 8)
    pick, month = divmod(pick, 12)
    pick, year = divmod(pick, 10)
    if shape < 4:
        return (
            _PAPER_LINKS[shape]
            % f"https://arxiv.org/abs/{14 + year}{month + 1:02}.{pick % 20000:05}"
        )
    if shape == 4:
        return f"DOI: 10.{1000 + month}/{_surname(pick).lower()}.{2000 + year}.{pick % 9973}"
    if shape == 5:
        return f"Code is at https://github.com/{_surname(pick).lower()}/{NOUNS[pick % len(NOUNS)]}."
    if shape == 6:
        return f"A [blog post](https://blog.example.org/{pick % 9973}) explains it."
    return f"Reviews: https://openreview.net/forum?id={pick:x}"


def image(pick: Pick) -> str:
    """Write a Markdown image."""
    return f"![{NOUNS[pick % len(NOUNS)]}](https://i.imgur.com/{pick % 0x10000000:07x}.png)"


def cite(pick: Pick) -> str:
    r"""Write a sentence with one of the site's own `\cite{…}`."""
    pick, year = divmod(pick, 30)
    name = _surname(pick)
    kind = ("conf/nips", "conf/icml", "journals/corr", "conf/cvpr")[pick % 4]
    return rf"This extends \cite{{{kind}/{name}{name[::-1][:2].upper()}{year:02}}}."


def quotation(pick: Pick, *, typographic: bool) -> str:
    """Write a sentence with quotes and an apostrophe, of a typesetter's or of a typewriter's."""
    if typographic:
        return f"They call it “{phrase(pick)}”, and that’s the point."
    return f'They call it "{phrase(pick)}", and that\'s the point.'


def accented_mention(pick: Pick) -> str:
    """Write a sentence with letters and a dash beyond ASCII."""
    name = _ACCENTED[pick % len(_ACCENTED)]
    return f"{name} et al. ({1990 + pick // 7 % 34}) disagree – with {phrase(pick)}."


def code(pick: Pick) -> str:
    """Write code, in a line or in a block that the dump has flattened."""
    name, number = NOUNS[pick % len(NOUNS)], pick % 512
    if pick % 3:
        return f"I set `{name}_size={number}` for this."
    return f"```python {name} = Layer({number}) # not too deep x = {name}(x, rate=0.{number}) ```"


def reference_list(pick: Pick) -> str:
    """Write the list of references that a summary ends with."""
    entries = []
    for number in range(1, 3 + pick % 4):
        pick = pick * 6364136223846793005 % (1 << 62)
        title = phrase(pick).capitalize()
        authors = f"{_surname(pick >> 8)}, {_surname(pick >> 16)} and {_surname(pick >> 24)}"
        entries.append(f"[{number}] {title}, {authors}, ICML, {1990 + pick % 34}")
    return " ".join(("**References**", *entries))


def heading(pick: Pick) -> str:
    """Write a heading's marker and words."""
    return f"{'#' * (1 + pick % 3)} {_HEADINGS[pick // 3 % len(_HEADINGS)]}"

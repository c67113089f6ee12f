"""The site's rendering as the truth for lower bounds on equations, links and images."""

import pytest

from tests.unit.site_rendering import addresses, formulas

FORMULAS = {
    "dollars": ("a $x_1$ b $$y$$", [("x_1", False), ("y", True)]),
    "brackets after an escaped backslash": (r"\\(x\\) \\[y\\]", [("x", False), ("y", True)]),
    "a dollar within braces": (r"$\text{a $b$ c}$", [(r"\text{a $b$ c}", False)]),
    "asterisks and underscores": ("$a*b*c_i_j$", [("a*b*c_i_j", False)]),
    "an environment": (r"\begin{align}x\end{align}", [(r"\begin{align}x\end{align}", True)]),
    "a dollar that nothing closes": ("$5 and", []),
    "in code": ("`$x$` and\n\n    $y$", []),
    "across a paragraph": ("$x\n\ny$", []),
    "a smaller-than sign": ("$a<b$", [("a<b", False)]),
}
ADDRESSES = {
    "inline": ("[a](http://b.c/d)", ["http://b.c/d"], []),
    "by name": ("[a][1]\n\n[1]: http://b.c/d", ["http://b.c/d"], []),
    "bare, in parentheses": ("(http://b.c/d).", ["http://b.c/d"], []),
    "bare image": ("http://b.c/d.png", [], ["http://b.c/d.png"]),
    "image": ("![a](d.png)", [], ["d.png"]),
    "HTML": ('<a href="http://b.c/">a</a> <img src="d.png">', ["http://b.c/"], ["d.png"]),
    "in code": ("`http://b.c/d`", [], []),
}


@pytest.mark.parametrize(("markdown", "shown"), FORMULAS.values(), ids=FORMULAS)
def test_formulas_of_the_site(markdown, shown):
    assert [tuple(formula) for formula in formulas(markdown)] == shown


@pytest.mark.parametrize(("markdown", "links", "images"), ADDRESSES.values(), ids=ADDRESSES)
def test_addresses_of_the_site(markdown, links, images):
    assert addresses(markdown) == (links, images)

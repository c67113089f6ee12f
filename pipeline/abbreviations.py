"""Abbreviations, whose full stop ends no sentence."""

_ANYWHERE = frozenset(
    """
    Prof Profs Dr Drs Mr Mrs Ms Mx Messrs St Hon Rev Gen Col Capt Lt Sgt Gov Sen Rep Pres
    al i.e e.g cf vs viz resp approx ca incl excl esp a.k.a w.r.t s.t
    Fig Figs Sec Secs Sect Eq Eqs Eqn Eqns Tab Proc Conf Trans Intl Univ Dept Inst Ref Refs
    z.B d.h bzw vgl p.ej
    """.split()
)
"""Followed by names and numbers; they never end a sentence."""
_BEFORE_NUMBERS = frozenset(
    """
    No Nos Nr no nos nr Vol Vols vol vols pp p fig figs sec sect eq eqs eqn tab ref refs
    Ch Chap ch chap App app Alg Thm Def Prop Lem Cor Ex Art art Jan Feb Mar Apr Jun Jul Aug Sep
    Sept Oct Nov Dec
    """.split()
)


def is_abbreviated(word: str, following: str) -> bool:
    """Whether a word before a full stop is an initial or an abbreviation, in brackets perhaps.

    `following` is the first character behind the full stop and white space, if there is one.
    """
    word = word.lstrip("([")
    if word[-1:].isupper() and (len(word) == 1 or word[-2] == "."):
        return True
    return word in _ANYWHERE or (word in _BEFORE_NUMBERS and following.isdigit())

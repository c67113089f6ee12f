"""Charts as SVG documents: their content, and no active content."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.release.charts import Bar, Chart
from shortscience.pipeline.release.pictures import draw

SVG = "{http://www.w3.org/2000/svg}"
LABEL = st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=40)


def bars_of(drawn: str) -> list[tuple[float, float]]:
    """Return the start and width of bars: rectangles right of the labels."""
    rectangles = ElementTree.fromstring(drawn).iter(f"{SVG}rect")
    boxes = [(float(item.attrib["x"]), float(item.attrib["width"])) for item in rectangles]
    return [box for box in boxes if box[0] >= 190]


def test_bars_have_one_scale_and_their_values_beside_them() -> None:
    bars = (Bar("html", (60, 30)), Bar("rss", (0, 45)), Bar("wet", (0, 0)))
    drawn = draw(Chart("Records", "form", ("kept", "copies"), bars, "All of them."))
    assert bars_of(drawn) == [(190.0, 246.8), (436.8, 123.2), (190.0, 185.0)]
    texts = [item.text for item in ElementTree.fromstring(drawn).iter(f"{SVG}text")]
    assert texts == [
        *("Records", "All of them.", "kept", "copies"),
        *("html", "60 + 30", "rss", "45", "wet", "0"),
    ]


@given(LABEL, st.lists(st.tuples(LABEL, st.integers(0, 10**9)), max_size=5))
def test_any_label_is_text_and_everything_lies_inside(
    title: str, counts: list[tuple[str, int]]
) -> None:
    bars = tuple(Bar(label, (count,)) for label, count in counts)
    drawn = draw(Chart(title, "of", ("n",), bars))
    root = ElementTree.fromstring(drawn)
    assert {item.tag for item in root.iter()} <= {
        f"{SVG}{n}" for n in ("svg", "title", "style", "rect", "text")
    }
    assert root.find(f"{SVG}title").text or not title
    assert "href" not in root.attrib
    for item in root.iter(f"{SVG}rect"):
        assert float(item.attrib["x"]) + float(item.attrib["width"]) <= 720
        bottom = float(item.attrib["y"]) + float(item.attrib["height"])
        assert bottom <= float(root.attrib["height"])
    alone = len(counts) == 1  # shown as a sentence
    assert len(bars_of(drawn)) == (0 if alone else sum(count > 0 for _, count in counts))

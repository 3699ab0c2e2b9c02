"""The lineage as text and for Graphviz, and what each version changed."""

from lab.model.lineage import as_dot, as_text, lineage, news
from lab.model.recipe import RecipeChange, resolve

RECIPES = resolve(
    "storefront",
    {
        "1.0": RecipeChange(packages={"libpay": "1.0", "libold": "1.0"}, config={"timeout": 10}),
        "1.1": RecipeChange("1.0", packages={"libpay": "1.1", "libold": None}, config={"mode": "fast"}, errors=0.04),
        "1.2": RecipeChange("1.1", files={"/etc/banner": "hello\n"}, latency=0.035),
        "1.0.1": RecipeChange("1.0"),
    },
)


def test_the_lineage_leads_from_each_version_to_those_derived_from_it():
    assert set(lineage(RECIPES).edges) == {("1.0", "1.1"), ("1.1", "1.2"), ("1.0", "1.0.1")}
    assert list(lineage(RECIPES)) == list(RECIPES)


def test_what_a_version_changed_is_told_in_a_few_words():
    assert news(RECIPES, "1.0") == news(RECIPES, "1.0.1") == ""
    assert news(RECIPES, "1.1") == 'libold 1.0 → absent, libpay 1.0 → 1.1, mode absent → "fast", errors 0 → 4 %'
    assert news(RECIPES, "1.2") == "/etc/banner, latency 10 → 35 ms"


def test_as_text_every_version_has_a_line_below_the_one_that_it_derives_from():
    lines = as_text(RECIPES).splitlines()
    assert [line.lstrip("╙╟├└│─╼ ").split("  ")[0] for line in lines] == ["1.0", "1.1", "1.2", "1.0.1"]
    indents = [len(line) - len(line.lstrip("╙╟├└│─╼ ")) for line in lines]
    assert indents[0] < indents[1] < indents[2] and indents[3] == indents[1]
    assert "/etc/banner, latency" in lines[2]


def test_for_graphviz_every_edge_says_what_changed_and_quotes_are_escaped():
    dot = as_dot(RECIPES)
    assert dot.startswith("digraph lineage {") and dot.endswith("}")
    assert '"1.1" -> "1.2" [label="/etc/banner, latency 10 → 35 ms"];' in dot
    assert r"mode absent → \"fast\"" in dot

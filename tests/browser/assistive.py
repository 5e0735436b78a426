"""What someone without a mouse, without sight or with a finger meets: axe-core on a page, names of buttons, sizes of targets."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from tests.support.seeds import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
FINGER_PX = 44
# Rule of axe -> the part of Streamlit's own markup that is let off, and why.
EXCEPTIONS: dict[str, tuple[str, str]] = {}

# Rules of best practice that are never graver than moderate by axe's own word: a third of its work.
MODERATE = (
    "region", "heading-order", "landmark-banner-is-top-level", "landmark-complementary-is-top-level", "landmark-contentinfo-is-top-level",
    "landmark-main-is-top-level", "landmark-no-duplicate-banner", "landmark-no-duplicate-contentinfo", "landmark-no-duplicate-main",
    "landmark-one-main", "landmark-unique", "page-has-heading-one", "skip-link", "scope-attr-valid", "aria-allowed-role", "empty-heading",
    "empty-table-header", "image-redundant-alt", "meta-viewport-large", "presentation-role-conflict",
)  # fmt: skip
RUN = """async ([grave, off, iframes]) => {
  const rules = Object.fromEntries([...off, ...(iframes ? [] : ["frame-tested"])].map((rule) => [rule, { enabled: false }]));
  const found = await axe.run(document, { iframes, rules, resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  return found.violations.filter((one) => grave.includes(one.impact)).flatMap((one) =>
    one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)} (${(node.failureSummary ?? "").slice(0, 200)})`));
}"""
# Streamlit's buttons that show on hover alone, tags and thumbs inside a field, and what lies in a closed fold are no targets.
READ = """([finger]) => {
  const isSeen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })
    && node.getBoundingClientRect().width > 1;
  const box = (node) => (node.closest("label, [role='group']:has(> input)") ?? node).getBoundingClientRect();
  const main = document.querySelector(".stApp");
  const targets = [...main.querySelectorAll("a[href], button, summary, input:not([type=range], [type=file]), [role=tab]")].filter(isSeen);
  const isInline = (node) => node.localName === "a" && getComputedStyle(node).display === "inline";
  const small = targets.filter((node) => !isInline(node)).map((node) => [node, box(node)])
    .filter(([, at]) => at.height < finger || at.width < finger)
    .map(([node, at]) => `${Math.round(at.width)}x${Math.round(at.height)} ${node.outerHTML.slice(0, 140)}`);
  const named = targets.filter((node) => node.localName === "button" && !node.closest("[role=radiogroup]"))
    .map((node) => (node.getAttribute("aria-label") ?? node.textContent).trim());
  const twice = [...new Set(named.filter((name, index) => !name || named.indexOf(name) !== index))];
  const english = document.documentElement.lang === "en" ? [] : named.filter((name) => /^(Open|Close|Decrement|Increment|Choose|Show|Download|Search|Fullscreen|Remove|Clear|Help)/.test(name));
  const icons = [...main.querySelectorAll("[data-testid=stIconMaterial]")].filter((node) => !node.closest("[aria-hidden=true]")).map((node) => node.textContent);
  const maps = [...document.querySelectorAll('iframe[src*="st_folium"]')].map((node) => node.title === node.getAttribute("aria-label") && node.title);
  const lists = main.querySelectorAll("[data-testid=stDataFrame], .stHtml table, .kradan-legend").length;
  return { small, twice, english, icons, maps, lists, lang: document.documentElement.lang };
}"""


# Kinds of elements of a frame, by what axe judges of them: the maps of most views differ in shapes and words alone.
KINDS = """() => [...new Set([...document.querySelectorAll("body *:not(path)")].map((node) =>
    [document.documentElement.lang, innerWidth < 640, node.localName, node.className?.baseVal ?? node.className, node.style?.color, node.style?.background,
     ...["role", "tabindex", "lang", "alt", "title", "aria-label", "aria-hidden"].map((name) => node.getAttribute(name)?.slice(0, 1))].join()))]"""
LOOKED_AT: set[str] = set()


@cache
def _axe() -> str:
    if not AXE.is_file():
        raise FileNotFoundError(f"{AXE}: make node_modules/.ready brings it")
    return AXE.read_text(encoding="utf-8")


def grave(page: Page) -> list[str]:
    """Serious and critical findings of axe-core on a page and in its frames; the script comes from this machine.

    Frames are left out where all kinds of their elements were looked at before.
    """
    frames = [frame for frame in page.frames[1:] if frame.url != "about:blank"]
    kinds = {kind for frame in frames for kind in frame.evaluate(KINDS)}
    with_frames = not kinds <= LOOKED_AT
    for frame in [page.main_frame, *(frames if with_frames else [])]:
        if not frame.evaluate("typeof axe === 'object'"):
            frame.evaluate(_axe())
    found = page.evaluate(RUN, [list(GRAVE), list(MODERATE), with_frames])
    LOOKED_AT.update(kinds)
    return [one for one in found if one.partition(":")[0] not in EXCEPTIONS]


def read(page: Page) -> dict:
    """Targets that a finger misses, buttons with the same or no name, English ones, icons read aloud, names of maps."""
    return page.evaluate(READ, [FINGER_PX])

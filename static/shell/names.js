/* Names for screen readers where Streamlit has English ones, the same one many times, or none: a button says its field or
   its table, a frame what its map shows. The first page holds this module itself, so it imports nothing. */

/** @typedef {Record<string, string>} Words */

/** What Streamlit calls its own parts -> our word. */
const KNOWN = new Map([
  ["Open", "open"],
  ["Close", "close"],
  ["Decrement", "less"],
  ["Increment", "more"],
  ["Choose date", "date"],
  ["Clear all", "clear"],
  ["Show/hide columns", "columns"],
  ["Download as CSV", "csv"],
  ["Search", "search"],
  ["Fullscreen", "full"],
  ["Close fullscreen", "full_close"],
  ["Link to heading", "heading"],
  ["Scroll tabs left", "tabs_left"],
  ["Scroll tabs right", "tabs_right"],
  ["Zoom in", "zoom_in"],
  ["Zoom out", "zoom_out"],
]);
/** Where a name follows. @type {[string, string][]} */
const BEGINNINGS = [
  ["Remove ", "remove"],
  ["Help for ", "help"],
];
const PLACEHOLDERS = new Set(["Choose an option", "Choose options", "Choose or add an option"]);
const TITLES = "h1.kradan-title, h2, h3, .stHtml > b, summary";
const SETTLED_MS = 200;
/** What was said of an element, and what it was called before. @type {WeakMap<Element, { given: string, before: string }>} */
const named = new WeakMap();

/**
 * The name of a part of Streamlit's in our words, with what it belongs to; `null` where it is not one of those.
 * @param {string} called by Streamlit
 * @param {string} owner a field's label or a table's heading
 * @param {Words} words
 */
export const ourName = (called, owner, words) => {
  const key = KNOWN.get(called);
  if (key) return owner ? `${words[key]}: ${owner}` : words[key];
  const begun = BEGINNINGS.find(([beginning]) => called.startsWith(beginning));
  return begun ? `${words[begun[1]]}: ${called.slice(begun[0].length)}` : null;
};

/** @param {Element | null | undefined} element */
const textOf = (element) => (element?.textContent ?? "").trim().replaceAll(/\s+/g, " ");

/** The heading that stands last before an element; of what folds only the fold it is in. @param {Element} element */
const headingBefore = (element) => {
  let last = "";
  for (const heading of document.querySelectorAll(TITLES)) {
    if (!(heading.compareDocumentPosition(element) & 4)) break; // 4: the element follows
    if (heading.localName === "summary" && !heading.parentElement?.contains(element)) continue;
    const words = [...heading.querySelectorAll("p")].map(textOf).join(" ") || textOf(heading);
    last = words || last;
  }
  return last;
};

/** What a button belongs to: the label of its field, else the heading of its table. @param {Element} element */
const ownerOf = (element) => {
  const field = element.closest(":has(> [data-testid='stWidgetLabel'])");
  return textOf(field?.querySelector("[data-testid='stWidgetLabel']")) || headingBefore(element);
};

/** @param {Element} element @param {string} name */
const call = (element, name) => {
  if (name && element.getAttribute("aria-label") !== name) element.setAttribute("aria-label", name);
};

/** @param {Words} words */
const nameButtons = (words) => {
  /** @type {Map<string, number>} */
  const used = new Map();
  // A second one of the same name, as under one heading, is told apart by its number.
  const once = (/** @type {string} */ name) => {
    const number = (used.get(name) ?? 0) + 1;
    used.set(name, number);
    return number > 1 ? `${name} (${number})` : name;
  };
  for (const element of document.querySelectorAll("button[aria-label], a[aria-label]")) {
    const now = element.getAttribute("aria-label") ?? "";
    const kept = named.get(element);
    const before = kept && kept.given === now ? kept.before : now;
    const ours = ourName(before, ownerOf(element), words);
    if (ours === null) continue;
    const given = once(ours);
    named.set(element, { given, before });
    call(element, given);
  }
  for (const button of document.querySelectorAll("[data-testid='stDownloadButton'] button"))
    call(button, once([textOf(button), headingBefore(button)].filter(Boolean).join(": ")));
};

/** A frame's title is a name too; Streamlit gives it the component's. @param {HTMLIFrameElement} frame @param {string} name */
const callFrame = (frame, name) => {
  call(frame, name);
  if (frame.title !== name) frame.title = name;
};

/** @param {Words} words */
const nameFrames = (words) => {
  /** @type {NodeListOf<HTMLIFrameElement>} */
  const maps = document.querySelectorAll('iframe[src*="st_folium"]');
  maps.forEach((frame, index) => {
    const title = textOf(document.querySelector("h1.kradan-title"));
    callFrame(frame, maps.length > 1 ? `${words.map} ${index + 1}: ${headingBefore(frame)}` : `${words.map}: ${title}`);
    frame.setAttribute("aria-description", words.map_table);
  });
  /** @type {NodeListOf<HTMLIFrameElement>} */
  const walls = document.querySelectorAll('iframe[src*="kradan_meeting"]');
  for (const wall of walls) callFrame(wall, words.wall);
};

/** The button of one's own agency is pressed where this browser remembers it (links.js). */
const pressMine = () => {
  /** @type {NodeListOf<HTMLElement>} */
  const buttons = document.querySelectorAll(".kradan-mine");
  for (const button of buttons) {
    const isMine = localStorage.getItem("kradan-agency") === button.dataset.agency;
    if (button.getAttribute("aria-pressed") !== String(isMine)) button.setAttribute("aria-pressed", String(isMine));
  }
};

/** @param {Record<string, Words>} languages */
const nameAll = (languages) => {
  const spoken = document.querySelector(".kradan-menu")?.getAttribute("lang") ?? document.documentElement.lang;
  const words = languages[spoken];
  if (!words) return;
  document.documentElement.lang = spoken;
  const skip = document.querySelector("[data-testid='stSkipToContent']");
  if (skip && skip.textContent !== words.skip) skip.textContent = words.skip;
  for (const field of document.querySelectorAll("input[placeholder^='Choose ']"))
    if (PLACEHOLDERS.has(field.getAttribute("placeholder") ?? "")) field.setAttribute("placeholder", words.choose);
  nameButtons(words);
  nameFrames(words);
  pressMine();
};

/** Past menu and header to the finding: Streamlit's own link ends before them. @param {Event} event */
const skip = (event) => {
  if (!(event.target instanceof Element) || !event.target.closest("[data-testid='stSkipToContent']")) return;
  /** @type {HTMLElement | null} */
  const title = document.querySelector("h1.kradan-title");
  if (!title) return;
  event.preventDefault();
  event.stopPropagation();
  title.tabIndex = -1;
  title.focus();
};

const start = () => {
  const languages = JSON.parse(document.querySelector("#kradan-names")?.textContent || "{}");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  // Once the page is at rest: names are for who reads on, and what is drawn is not held up by them.
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => nameAll(languages), SETTLED_MS);
  };
  const watched = { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label", "open"] };
  new MutationObserver(soon).observe(document.body, watched);
  window.addEventListener("click", skip, true);
  soon();
};

if (typeof document !== "undefined") start();

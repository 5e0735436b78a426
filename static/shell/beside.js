/* What the page and its maps say to each other: classes of the legend looked at alone, the place that is pointed at in a
   table or on the map, the card of a place, what the server found for a search, pictures of the map.
   A map is a frame of our own host (static/board); messages are objects with a field `kradan`. */

import { printMaps, savePicture } from "./picture.js";

const MAPS = 'iframe[src*="st_folium"]';
const ENTRY = ".kradan-legend button[data-class]";
const CARD = ".kradan-card[data-code]";
const FOUND = ".kradan-found[data-for]";
const LIT = "kradan-lit";

/**
 * The classes looked at alone after a press on an entry of the legend; each entry stands for one class or several.
 * @param {string} only classes now
 * @param {string} pressed classes of the entry
 */
export const toggled = (only, pressed) =>
  [...pressed].every((letter) => only.includes(letter))
    ? [...only].filter((letter) => !pressed.includes(letter)).join("")
    : only + [...pressed].filter((letter) => !only.includes(letter)).join("");

/**
 * The address with the classes in it, or without when there are none.
 * @param {string} here
 * @param {string} only
 */
export const withOnly = (here, only) => {
  const address = new URL(here);
  if (only) address.searchParams.set("only", only);
  else address.searchParams.delete("only");
  return address.href;
};

/** @returns {HTMLIFrameElement[]} */
const maps = () => [...document.querySelectorAll(/** @type {"iframe"} */ (MAPS))];

/** @param {object} message @param {HTMLIFrameElement[]} [frames] */
const tell = (message, frames = maps()) => {
  for (const frame of frames) frame.contentWindow?.postMessage(message, location.origin);
};

let only = new URL(globalThis.location?.href ?? "http://x").searchParams.get("only") ?? "";
/** Words of the legend under which classes were chosen: under others the same letters mean something else. */
let chosenWords = "";

/** @returns {HTMLElement[]} */
const entries = () => [...document.querySelectorAll(/** @type {"button"} */ (ENTRY))];

const showOnly = () => {
  for (const entry of entries()) {
    const isChosen = [...(entry.dataset.class ?? "")].every((letter) => only.includes(letter));
    const pressed = String(Boolean(only) && isChosen);
    if (entry.getAttribute("aria-pressed") !== pressed) entry.setAttribute("aria-pressed", pressed);
    entry.classList.toggle("kradan-faded", Boolean(only) && !isChosen);
  }
};

/** @param {string} letters */
const lookAt = (letters) => {
  only = letters;
  chosenWords = wordsNow();
  history.replaceState(history.state, "", withOnly(location.href, only));
  showOnly();
  tell({ kradan: "only", letters: only });
};

/** Words of the entries that are looked at alone. */
const wordsNow = () =>
  entries()
    .filter((entry) => only && [...(entry.dataset.class ?? "")].every((letter) => only.includes(letter)))
    .map((entry) => entry.querySelector("span")?.textContent)
    .join("|");

/** A legend that says something else with these letters is of another view: what was chosen in the old one is over. */
const watchLegend = () => {
  if (!only || !entries().length) return;
  const words = wordsNow();
  if (chosenWords && words !== chosenWords) lookAt("");
  else chosenWords = words;
  showOnly();
};

let opened = "";
let answered = "";

/** What the server has drawn since: a card that is open, places found. */
const watchCard = () => {
  /** @type {HTMLElement | null} */
  const card = document.querySelector(CARD);
  const code = card?.dataset.code ?? "";
  if (code !== opened) {
    opened = code;
    tell({ kradan: "open", code });
    light(code);
    if (card) card.focus({ preventScroll: true });
  }
  /** @type {HTMLElement | null} */
  const found = document.querySelector(FOUND);
  const hits = found?.dataset.hits ?? "";
  if (found && hits + found.dataset.for !== answered) {
    answered = hits + found.dataset.for;
    tell({ kradan: "found", text: found.dataset.for, hits: JSON.parse(hits) });
  }
};

/** Rows of a place stand out. @param {string} code */
const light = (code) => {
  for (const row of document.querySelectorAll("tr[data-place]"))
    row.classList.toggle(LIT, Boolean(code) && code.startsWith(/** @type {HTMLElement} */ (row).dataset.place ?? "-"));
};

/** @param {Event} event @param {string} selector @returns {HTMLElement | null} */
const around = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

const close = () => /** @type {HTMLElement | null} */ (document.querySelector(".st-key-close-card button"))?.click();

/** @param {MessageEvent} event */
const hear = (event) => {
  const frame = maps().find((one) => one.contentWindow === event.source);
  if (!frame || event.origin !== location.origin) return;
  const { kradan, code } = event.data ?? {};
  if (kradan === "ready") {
    tell({ kradan: "only", letters: only }, [frame]);
    tell({ kradan: "open", code: opened }, [frame]);
  } else if (kradan === "pointed") light(code || opened);
  else if (kradan === "escape") close();
  else if (kradan === "picture") void savePicture(frame, event.data.form);
};

/** A row of a place: the map opens its card, as if it had been pressed there. @param {MouseEvent} event */
const openRow = (event) => {
  const row = around(event, "a[data-place]");
  const [frame] = maps();
  if (!row || !frame || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
  event.preventDefault();
  event.stopPropagation();
  tell({ kradan: "say", code: row.dataset.place }, [frame]);
};

let isDueA4 = globalThis.location?.hash === "#a4";

/** A link to the sheet of paper: printed once it stands. */
const printSheet = () => {
  if (!isDueA4 || !document.querySelector(".kradan-a4")) return;
  isDueA4 = false;
  setTimeout(() => window.print(), 300);
};

const start = () => {
  let pointed = "";
  window.addEventListener("message", hear);
  window.addEventListener("click", openRow, true);
  window.addEventListener("click", (event) => {
    const entry = around(event, ENTRY);
    if (entry) lookAt(toggled(only, entry.dataset.class ?? ""));
    const copy = around(event, ".kradan-copy");
    if (copy)
      void window.navigator.clipboard.writeText(location.href).then(() => (copy.textContent = copy.dataset.done ?? ""));
  });
  for (const kind of ["mouseover", "focusin"])
    window.addEventListener(kind, (event) => {
      const code = around(event, "[data-place]")?.dataset.place ?? "";
      if (code === pointed) return;
      pointed = code;
      tell({ kradan: "pointed", code });
    });
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  });
  window.addEventListener("popstate", () => {
    only = new URL(location.href).searchParams.get("only") ?? "";
    chosenWords = "";
    showOnly();
    tell({ kradan: "only", letters: only });
  });
  window.addEventListener("beforeprint", () => printMaps(maps()));
  let isDue = false;
  const look = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      watchLegend();
      watchCard();
      printSheet();
    });
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
};

if (typeof document !== "undefined") start();

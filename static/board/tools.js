/* What stands on the map besides its shapes: the bar of tools and the box to search with. */

import { make, makeSvg } from "../shared/dom.js";

/** @import { Hit } from "./find.js" */

/** Strokes in a box of 24. */
const SIGNS = {
  whole: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  find: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
  full: "M3 5h18v14H3zM8 12h8M13 9l3 3-3 3",
};
const PAUSE_MS = 350;
const SAID_MS = 1500;

/** The map and Leaflet's own buttons in the page's language. @param {HTMLElement} host @param {Record<string, string>} texts */
export const nameMap = (host, texts) => {
  host.setAttribute("role", "group");
  host.setAttribute("aria-label", texts.aria);
  for (const way of ["in", "out"]) {
    const button = host.querySelector(`.leaflet-control-zoom-${way}`);
    for (const name of ["aria-label", "title"]) button?.setAttribute(name, texts[`zoom_${way}`]);
  }
};

/**
 * A bar of buttons in a corner of the map.
 * @param {L.Map} map
 * @param {[string, string, () => void][]} tools sign (or letters), words and what a press does
 */
export const addTools = (map, tools) => {
  const control = new L.Control({ position: "topleft" });
  control.onAdd = () => {
    const bar = make("div", null, null, "leaflet-bar kradan-tools");
    for (const [sign, words, act] of tools) {
      const button = make("button", bar, null, `kradan-tool kradan-${sign}`);
      button.type = "button";
      button.title = words;
      button.setAttribute("aria-label", words);
      L.DomEvent.on(button, "click", act);
      if (!(sign in SIGNS)) {
        button.textContent = sign;
        continue;
      }
      const drawn = makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, button);
      makeSvg("path", { d: SIGNS[/** @type {"find"} */ (sign)] }, drawn);
    }
    L.DomEvent.disableClickPropagation(bar);
    return bar;
  };
  control.addTo(map);
};

/**
 * The wheel and one finger move the page; the map after a press of the mouse, or with two fingers.
 * @param {L.Map} map
 * @param {() => () => void} remind says on the map that two fingers move it; what it returns takes that back
 */
export const leaveThePage = (map, remind) => {
  const host = map.getContainer();
  // Leaflet takes the focus with a press: a map that is not wholly in sight would scroll away under the pointer.
  host.focus = () => HTMLElement.prototype.focus.call(host, { preventScroll: true });
  map.scrollWheelZoom.disable();
  host.addEventListener("mousedown", () => map.scrollWheelZoom.enable());
  host.addEventListener("mouseleave", () => map.scrollWheelZoom.disable());
  if (!matchMedia("(pointer: coarse)").matches) return;
  map.dragging.disable();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let saying;
  const tell = (/** @type {TouchEvent} */ event) => {
    if (event.touches.length > 1) return;
    clearTimeout(saying);
    saying = setTimeout(remind(), SAID_MS);
  };
  host.addEventListener("touchmove", tell, { passive: true });
};

/** A box to type into, and under it what fits. */
export class SearchBox {
  /**
   * @param {HTMLElement} host
   * @param {string} words
   * @param {{ near: (typed: string) => Hit[], ask: (typed: string) => void, go: (code: string) => void }} handlers
   *   what fits at once; ask the server for villages and groups; go to a place
   */
  constructor(host, words, handlers) {
    this.handlers = handlers;
    this.box = make("div", host, null, "kradan-find");
    this.input = make("input", this.box);
    this.list = make("ul", this.box);
    /** @type {Hit[]} */
    this.hits = [];
    this.at = -1;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.waiting = undefined;
    Object.assign(this.input, { type: "search", placeholder: words, autocomplete: "off", maxLength: 80 });
    this.list.id = "kradan-found";
    const roles = { role: "combobox", "aria-label": words, "aria-controls": this.list.id, "aria-autocomplete": "list" };
    for (const [name, value] of Object.entries(roles)) this.input.setAttribute(name, value);
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", words);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    L.DomEvent.disableClickPropagation(this.box).disableScrollPropagation(this.box);
    this.show([]);
  }

  toggle() {
    if (this.box.classList.toggle("is-open")) this.input.focus();
  }

  typed() {
    const text = this.input.value.trim();
    this.show(this.handlers.near(text));
    clearTimeout(this.waiting);
    if (text.length > 1) this.waiting = setTimeout(() => this.handlers.ask(text), PAUSE_MS);
  }

  /** What the server found for what was typed; late answers are dropped. @param {string} text @param {Hit[]} hits */
  add(text, hits) {
    if (text !== this.input.value.trim()) return;
    const known = new Set(this.hits.map((hit) => hit.name + hit.code));
    this.show([...this.hits, ...hits.filter((hit) => !known.has(hit.name + hit.code))]);
  }

  /** @param {Hit[]} hits */
  show(hits) {
    this.hits = hits;
    this.list.replaceChildren();
    hits.forEach(({ name, where }, index) => {
      const item = make("li", this.list, name);
      item.id = `kradan-found-${index}`;
      item.setAttribute("role", "option");
      if (where) make("small", item, where);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        this.take(index);
      });
    });
    this.mark(hits.length ? 0 : -1);
    this.list.hidden = !hits.length;
    this.input.setAttribute("aria-expanded", String(hits.length > 0));
  }

  /** @param {number} index */
  mark(index) {
    this.at = index;
    [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    if (index < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `kradan-found-${index}`);
  }

  /** @param {number} index */
  take(index) {
    const hit = this.hits[index];
    if (!hit) return;
    clearTimeout(this.waiting);
    this.input.value = hit.name;
    this.show([]);
    this.box.classList.remove("is-open");
    this.handlers.go(hit.code);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation(); // letters typed here are no keys of the map
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.hits.length) this.mark((this.at + step + this.hits.length) % this.hits.length);
    else if (event.key === "Enter") this.take(this.at);
    else if (event.key === "Escape") this.show([]);
    else return;
    event.preventDefault();
  }
}

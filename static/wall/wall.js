/* The wall of the meeting. The server sends everything once; from then on steps, answers, cards and both maps are
   here, so the wall answers at once while the server is busy or gone. */

import { DecisionQueue, newKey } from "./decisions.js";
import { Dialogs } from "./dialogs.js";
import { digitOf, keyCode, questionOf, stepOf } from "./keys.js";
import { fillCode, fillLayer, markOf } from "./layers.js";
import { buildControls, buildPanel, fillCounts, fillDecisions, isFull, shrink } from "./panel.js";
import { Pace } from "./pace.js";
import { connect, pageAround, tell } from "./streamlit.js";
import { WallMap, districtOf } from "./wall_map.js";

/** @import { Decision, WallData } from "./types.js" */

const TITLE_VH = { largest: 4.9, smallest: 2.6 };
const ASK_VH = { largest: 2.6, smallest: 2.05 };
const PANEL_VH = { largest: 2.9, smallest: 2.05 };
const TOAST_MS = 2600;
const NARROW = "(max-width: 900px), (max-aspect-ratio: 1/1)";

/** @param {string} id */
const at = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

class Wall {
  /** @param {WallData} data */
  constructor(data) {
    this.data = data;
    this.step = 0;
    /** @type {number | null} the question that is answered instead of a step */
    this.question = null;
    /** @type {string[]} */
    this.chosen = [];
    /** @type {string | null} the register that somebody laid on the map, empty for none; before that the storyboard's */
    this.laid = null;
    /** @type {Map<string, HTMLElement>} panels by step */
    this.panels = new Map();
    this.queue = new DecisionQueue();
    this.pace = new Pace();
    this.hasResent = false;
    this.toasting = 0;
    this.dialogs = new Dialogs(at("over"), this);
    document.documentElement.lang = data.lang;
    const { codes, colors, names, geometry } = data;
    this.map = new WallMap(at("map"), {
      codes,
      names,
      stripe: colors.stripe,
      pick: (code) => this.pick(code),
      zoomed: () => this.count(),
      ...geometry,
    });
    this.keys = this.actions();
  }

  async start() {
    const loading = this.map.load();
    this.refresh(this.data);
    this.draw();
    try {
      await loading;
      this.draw();
      document.body.setAttribute("data-ready", "1");
      this.focus();
    } catch {
      at("title").textContent = this.data.texts.failed;
    }
  }

  /** The step or the answer on the wall. */
  get shown() {
    return this.question === null ? this.data.steps[this.step] : this.data.questions[this.question];
  }

  /** Panels are built once per step, the next one before it is asked for. @param {WallData["steps"][number]} step */
  panel(step) {
    const key = `${this.data.id}${step.view}${step.question ? "?" : ""}`;
    const panel = this.panels.get(key) ?? buildPanel(step, this.data.texts);
    this.panels.set(key, panel);
    return panel;
  }

  fitText() {
    const [title, ask, side] = [at("title"), at("ask"), at("panel")];
    if (window.matchMedia(NARROW).matches) {
      title.style.fontSize = ask.style.fontSize = side.style.fontSize = ask.style.height = "";
      return;
    }
    shrink(title, TITLE_VH, () => !isFull(title));
    ask.style.height = "";
    shrink(ask, ASK_VH, () => !isFull(ask));
    if (isFull(ask)) ask.style.height = "auto"; // the map gives way before words are cut
    const isWhole = (/** @type {Element} */ part) => part.scrollWidth <= part.clientWidth + 1;
    const parts = [...side.querySelectorAll(".figure, .names small")];
    shrink(side, PANEL_VH, () => !isFull(side) && parts.every(isWhole));
  }

  draw() {
    const { shown, data } = this;
    at("title").textContent = shown.title;
    at("ask").textContent = [shown.ask, shown.note].filter(Boolean).join(" · ");
    const [side, panel] = [at("panel"), this.panel(shown)];
    const noted = new Set(data.decisions.map(({ key }) => key));
    fillDecisions(panel, [...data.decisions, ...this.queue.read().filter(({ key }) => !noted.has(key))], data);
    if (side.firstChild !== panel) side.replaceChildren(panel);
    at("steps")
      .querySelectorAll("button")
      .forEach((button, index) => {
        if (this.question === null && index === this.step) button.setAttribute("aria-current", "step");
        else button.removeAttribute("aria-current");
      });
    this.count();
    this.clock();
    this.map.layer = this.layer;
    this.map.paint(shown, this.chosen);
    document.body.setAttribute("data-view", shown.view);
    document.body.setAttribute("data-step", this.question === null ? String(this.step) : `q${this.question}`);
    const next = data.steps[(this.step + 1) % data.steps.length];
    setTimeout(() => this.panel(next), 30);
  }

  /** What the legend counts: the whole province, or the district in sight, which says its name. */
  count() {
    const name = fillCounts(this.panel(this.shown), this.shown, this.data, this.map.zoom);
    at("where").textContent = name;
    at("where").hidden = !name;
    fillLayer(at("layer"), this.layer, this.data, this.map.zoom);
    fillCode(at("code"), this.short(), this.data.texts.code);
    this.fitText();
  }

  get over() {
    return this.laid ?? this.shown.over ?? "";
  }

  get layer() {
    return this.data.layers.find(({ name }) => name === this.over) ?? null;
  }

  /** @param {string} name of a register, empty for none */
  lay(name) {
    this.laid = name;
    this.draw();
  }

  inSight() {
    return this.chosen[0] ?? this.map.zoom ?? this.shown.view;
  }

  short() {
    return markOf(this.data.links, this.inSight());
  }

  spoken() {
    return [...this.chosen, ...this.shown.focus];
  }

  focus() {
    at("map").focus({ preventScroll: true });
  }

  /** @param {number} index */
  go(index) {
    this.dialogs.close();
    this.step = Math.min(this.data.steps.length - 1, Math.max(0, index));
    this.question = null;
    this.chosen = [];
    this.dialogs.chosen = [];
    if (this.map.zoom) this.map.zoomTo(null, true);
    this.draw();
  }

  back() {
    this.go(this.question === null ? this.step - 1 : this.step);
  }

  /**
   * "Who supports this subdistrict" is answered by the card of the one under discussion; without one, a name is asked for.
   * @param {number} index
   */
  ask(index) {
    const question = this.data.questions[index];
    const [own] = this.chosen;
    if (!question) return;
    this.question = index;
    this.chosen = [];
    if (this.map.zoom) this.map.zoomTo(null, true);
    this.draw();
    if (question.view !== "who_supports") return;
    if (own) this.pick(own);
    else this.find();
  }

  find() {
    this.dialogs.find((code) => this.pick(code));
  }

  /** @param {string} code */
  pick(code) {
    this.chosen = [code];
    this.draw();
    this.dialogs.card([code]);
  }

  compare() {
    const [first] = this.chosen;
    if (!first) {
      this.find();
      return;
    }
    this.dialogs.find((code) => {
      this.chosen = [...new Set([first, code])];
      this.draw();
      this.dialogs.card(this.chosen);
    });
  }

  /** Into the district under discussion: a view may speak of districts and of no subdistrict. */
  zoom() {
    const [code] = [...this.chosen, ...(this.shown.districts ?? []), ...this.shown.focus, ...this.data.codes];
    this.map.zoomTo(this.map.zoom ? null : districtOf(code));
  }

  /** @param {number} by */
  nextDistrict(by) {
    if (!this.map.zoom) return;
    const districts = [...new Set(this.data.codes.map(districtOf))];
    const index = districts.indexOf(this.map.zoom) + by + districts.length;
    this.map.zoomTo(districts[index % districts.length]);
  }

  /** @param {Omit<Decision, "key">} decision @param {string} [before] the key of a refused one that it replaces */
  note(decision, before) {
    if (before) this.queue.settle([before]);
    const { meeting, province } = this.data;
    this.queue.add({ ...decision, key: newKey(), step: this.shown.view, meeting, province });
    this.toast(this.data.texts.decide_noted);
    this.draw();
    tell("decide", { items: this.queue.read() });
  }

  /** @param {string} text */
  toast(text) {
    const box = at("toast");
    box.textContent = text;
    box.hidden = false;
    clearTimeout(this.toasting);
    this.toasting = window.setTimeout(() => {
      box.hidden = true;
    }, TOAST_MS);
  }

  full() {
    const page = pageAround() ?? document;
    if (page.fullscreenElement) void page.exitFullscreen();
    else void page.documentElement.requestFullscreen?.();
  }

  leave() {
    if (this.dialogs.close()) return;
    if (this.map.zoom) this.map.zoomTo(null);
    else if (this.question !== null || this.chosen.length) this.go(this.step);
    else tell("leave");
  }

  /**
   * What each key does, by its position.
   * @returns {Record<string, () => void>}
   */
  actions() {
    const { dialogs, map } = this;
    const next = () => this.go(this.step + 1);
    const back = () => this.back();
    return {
      ArrowRight: next,
      PageDown: next,
      Space: next,
      ArrowLeft: back,
      PageUp: back,
      Home: () => this.go(0),
      End: () => this.go(this.data.steps.length - 1),
      ArrowDown: () => this.nextDistrict(1),
      ArrowUp: () => this.nextDistrict(-1),
      Escape: () => this.leave(),
      KeyF: () => this.full(),
      KeyG: () => map.show("grid"),
      KeyM: () => map.show("main"),
      KeyZ: () => this.zoom(),
      Slash: () => this.find(),
      KeyC: () => this.compare(),
      KeyL: () => dialogs.layers(),
      KeyK: () => dialogs.code(),
      KeyQ: () => dialogs.questions(),
      KeyD: () => dialogs.decide(),
      KeyS: () => dialogs.sources(this.shown),
      KeyH: () => dialogs.help(),
    };
  }

  /** A key while a list is open; true when the list took it. @param {string} code */
  listTakes(code) {
    const digit = this.dialogs.kind === "find" ? null : digitOf(code);
    if (code === "ArrowDown") this.dialogs.move(1);
    else if (code === "ArrowUp") this.dialogs.move(-1);
    else if (code === "Enter" || code === "NumpadEnter") this.dialogs.take();
    else if (digit !== null) this.dialogs.take(questionOf(digit));
    else return false;
    return true;
  }

  /** A key anywhere else; true when the wall took it. @param {string} code */
  wallTakes(code) {
    const digit = digitOf(code);
    const action = this.keys[code];
    if (digit !== null) {
      const step = stepOf(digit, this.data.steps.length);
      if (step !== null) this.go(step);
    } else if (action) action();
    else return false;
    return true;
  }

  /** A key that is not for a button or the browser; true when it was taken. @param {KeyboardEvent} event */
  takes(event) {
    const code = keyCode(event);
    const { tagName = "" } = /** @type {Element} */ (event.target);
    if (tagName === "BUTTON" && (code === "Enter" || code === "Space")) return false;
    if (code === "Escape") return this.wallTakes(code);
    const isList = ["find", "questions", "layers"].includes(this.dialogs.kind ?? "");
    if (isList && this.listTakes(code)) return true;
    return tagName !== "INPUT" && tagName !== "TEXTAREA" && this.wallTakes(code);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (!this.map.isReady || event.ctrlKey || event.metaKey || event.altKey || !this.takes(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  clock() {
    const now = new Date();
    const time = [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
    this.pace.show(this.shown.view, now.getTime());
    const { text, isOver } = this.pace.words(this.shown.seconds, now.getTime());
    at("clock").textContent = [this.data.texts.as_of, time, this.shown.seconds ? text : ""].filter(Boolean).join(" · ");
    at("clock").classList.toggle("over-time", Boolean(this.shown.seconds) && isOver);
  }

  /** Take over what the server sent again: words, decisions that it has, decisions that it refuses. @param {WallData} data */
  refresh(data) {
    const known = new Set(this.queue.refused().map(({ key }) => key));
    const stored = [...data.decisions.map(({ key }) => key), ...data.stored];
    const left = this.queue.settle(stored, data.refused);
    const fresh = this.queue.refused().find(({ key }) => !known.has(key));
    if (fresh) this.toast(`${data.texts.decide_refused}: ${fresh.why}`);
    this.data = data;
    for (const id of ["demo", "credit", "hint"]) at(id).textContent = data.texts[id];
    buildControls({ data, keys: this.keys, go: (index) => this.go(index) });
    at("code").onclick = () => this.dialogs.code();
    this.clock();
    if (!left.length || this.hasResent) return;
    this.hasResent = true;
    tell("decide", { items: left });
  }

  /** @param {WallData} data */
  update(data) {
    const isSame = this.data.id === data.id;
    this.refresh(data);
    if (!isSame) {
      this.panels.clear();
      this.step = Math.min(this.step, data.steps.length - 1);
      this.question = null;
      this.chosen = [];
    }
    if (!isSame || this.map.isReady) this.draw();
  }
}

/** @type {Wall | null} */
let wall = null;
const onKey = (/** @type {KeyboardEvent} */ event) => wall?.onKey(event);
const page = pageAround(); // without it the wall needs the focus itself
document.addEventListener("keydown", onKey, true);
page?.addEventListener("keydown", onKey, true);
window.addEventListener("pagehide", () => page?.removeEventListener("keydown", onKey, true));
window.addEventListener("resize", () => wall?.fitText());
void document.fonts.ready.then(() => {
  if (wall?.map.isReady) wall.draw();
});
setInterval(() => wall?.clock(), 1000);

connect(({ wall: data }) => {
  if (wall) {
    wall.update(data);
    return;
  }
  wall = new Wall(data);
  void wall.start();
});

/* What lies over the wall for a moment: find, card, compare, questions, decision, sources, keys. */

import { make } from "../shared/dom.js";
import { dayAfter, dayInWords, parseDay, typedDay } from "./day.js";
import { findPlaces } from "./find.js";
import { addCode, spelled } from "./layers.js";

/** @import { Card, Step, WallControl, WallData } from "./types.js" */
/** @typedef {"find" | "card" | "questions" | "layers" | "code" | "decide" | "sources" | "help"} DialogKind */
/** @typedef {{ text: string }} Item */

const CARD_VH = { largest: 2.7, smallest: 2.05 };

export class Dialogs {
  /**
   * @param {HTMLElement} host
   * @param {WallControl} wall
   */
  constructor(host, wall) {
    this.host = host;
    this.wall = wall;
    /** @type {DialogKind | null} what is open */
    this.kind = null;
    /** @type {string[]} the codes of the card shown last */
    this.chosen = [];
    /** @type {(() => void)[]} what each line of the list does */
    this.picks = [];
    /** @type {HTMLOListElement | null} */
    this.rows = null;
    this.at = 0;
  }

  get texts() {
    return this.wall.data.texts;
  }

  /** @param {DialogKind} kind @param {string} title */
  open(kind, title) {
    this.kind = kind;
    this.host.hidden = false;
    this.host.textContent = "";
    this.host.style.fontSize = "";
    this.host.setAttribute("aria-label", title);
    this.host.setAttribute("data-kind", kind);
    make("h2", this.host, title);
    this.setBehind(true);
  }

  /** What lies behind an open layer is out of reach of Tab and of a screen reader. @param {boolean} isInert */
  setBehind(isInert) {
    /** @type {NodeListOf<HTMLElement>} */
    const parts = document.querySelectorAll("body > header, body > main, body > footer");
    for (const part of parts) part.inert = isInert;
  }

  /** Close what is open; false when nothing was. */
  close() {
    if (!this.kind) return false;
    this.kind = null;
    this.host.hidden = true;
    this.host.textContent = "";
    this.host.removeAttribute("data-kind");
    this.setBehind(false);
    this.wall.focus();
    return true;
  }

  /** The dialog itself takes the keys. */
  takeFocus() {
    this.host.tabIndex = -1;
    this.host.focus();
  }

  /**
   * A list to choose from by arrows and Enter, by digits, or by a click.
   * @template {Item} T
   * @param {HTMLElement} parent
   * @param {T[]} items
   * @param {(item: T) => void} pick
   * @param {boolean} [isNumbered]
   */
  list(parent, items, pick, isNumbered = false) {
    const list = make("ol", parent, null, "list");
    list.setAttribute("role", "listbox");
    this.picks = items.map((item) => () => pick(item));
    this.at = 0;
    items.forEach((item, index) => {
      const row = make("li", list);
      row.setAttribute("role", "option");
      row.id = `option-${index}`;
      row.setAttribute("aria-selected", String(index === 0));
      if (isNumbered) make("b", row, String((index + 1) % 10));
      make("span", row, item.text);
      row.addEventListener("click", () => pick(item));
    });
    this.rows = list;
    this.point(list);
    return list;
  }

  /** Tell a screen reader which line is chosen: on the field that is written in, else on the list itself. @param {HTMLElement} rows */
  point(rows) {
    const holder = this.host.querySelector("input") ?? rows;
    const row = rows.children[this.at];
    if (row) holder.setAttribute("aria-activedescendant", row.id);
    else holder.removeAttribute("aria-activedescendant");
  }

  /** @param {number} by */
  move(by) {
    const { rows } = this;
    const count = rows?.children.length ?? 0;
    if (!rows || !count) return;
    rows.children[this.at].setAttribute("aria-selected", "false");
    this.at = (this.at + by + count) % count;
    rows.children[this.at].setAttribute("aria-selected", "true");
    this.point(rows);
    rows.children[this.at].scrollIntoView({ block: "nearest" });
  }

  /** Take a line; the one that is chosen unless another is named. @param {number} [index] */
  take(index = this.at) {
    this.picks[index]?.();
  }

  /** @param {(code: string) => void} then */
  find(then) {
    const { texts } = this;
    this.open("find", texts.find);
    const input = make("input", this.host);
    const place = make("div", this.host);
    const attributes = { "aria-label": texts.find, role: "combobox", "aria-expanded": "true", autocomplete: "off" };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    const refresh = () => {
      const { codes, names } = this.wall.data;
      const candidates = findPlaces(input.value, codes, names, this.wall.spoken());
      place.textContent = "";
      this.list(place, candidates, ({ code }) => then(code));
      if (!candidates.length) make("p", place, texts.nothing);
    };
    input.addEventListener("input", refresh);
    refresh();
    make("p", this.host, texts.find_keys, "keys");
    input.focus();
  }

  /** One subdistrict in large, or two beside each other. @param {string[]} codes */
  card(codes) {
    const { cards, names } = this.wall.data;
    this.chosen = codes;
    this.open("card", codes.length > 1 ? this.texts.compare : names[codes[0]][0]);
    const short = codes.length > 1 ? null : this.wall.short();
    if (short) addCode(make("div", this.host, null, "code-corner"), short);
    const place = make("div", this.host, null, "cards");
    make("p", this.host, cards[codes[0]].foot, "keys");
    make("p", this.host, this.texts.card_keys, "keys");
    const mayScroll = window.matchMedia("(max-width: 900px)").matches;
    const isBesideAnother = codes.length > 1;
    for (let most = isBesideAnother ? 4 : 6; most > 0; most -= 1) {
      place.textContent = "";
      for (const code of codes) addCard(place, code, this.wall.data, { isBesideAnother, most });
      if (mayScroll || this.shrinkToFit()) break; // else fewer agencies by name: the last line counts the others
    }
    this.takeFocus();
  }

  /** Smaller letters as far as the last row can read them; false when the card is still higher than the wall. */
  shrinkToFit() {
    const { host } = this;
    const fits = () => host.scrollHeight <= host.clientHeight;
    host.style.fontSize = "";
    for (let size = CARD_VH.largest; size >= CARD_VH.smallest && !fits(); size -= 0.1)
      host.style.fontSize = `${size}vh`;
    return fits();
  }

  questions() {
    const { questions } = this.wall.data;
    this.open("questions", this.texts.questions);
    const items = questions.map(({ question = "" }, index) => ({ text: question, index }));
    const pick = (/** @type {{ index: number }} */ { index }) => {
      this.close();
      this.wall.ask(index);
    };
    const list = this.list(this.host, items, pick, true);
    make("p", this.host, this.texts.question_keys, "keys");
    list.tabIndex = 0;
    list.focus();
  }

  /** Which register lies on the map, or none. */
  layers() {
    const { data, over } = this.wall;
    this.open("layers", this.texts.layers);
    const rows = [{ name: "", label: this.texts.layer_off }, ...data.layers];
    const items = rows.map(({ name, label }) => ({ text: label, name }));
    const pick = (/** @type {{ name: string }} */ { name }) => {
      this.close();
      this.wall.lay(name);
    };
    const list = this.list(this.host, items, pick, true);
    this.move(
      Math.max(
        0,
        rows.findIndex(({ name }) => name === over),
      ),
    );
    make("p", this.host, this.texts.question_keys, "keys");
    list.tabIndex = 0;
    list.focus();
  }

  /** The code of what is in sight, as large as the room needs it; without an address for telephones, how to get one. */
  code() {
    const { texts, wall } = this;
    const [short, begin = ""] = [wall.short(), wall.data.links?.begin];
    const of = wall.data.names[wall.inSight()]?.[0];
    this.open("code", of ? `${texts.code} · ${of}` : texts.code);
    if (short) {
      const place = make("div", this.host, null, "code-large");
      addCode(place, short);
      const words = make("div", place);
      make("p", words, texts.code_how);
      make("p", words, begin, "address");
      make("p", words, spelled(short), "address");
    } else make("p", this.host, texts.code_off);
    this.takeFocus();
  }

  decide() {
    const { texts, wall } = this;
    const [before] = wall.queue.refused();
    const chosen = this.chosen.length === 1 && wall.chosen.length ? this.chosen[0] : null;
    const known = before?.area && wall.data.cards[before.area] ? before.area : null;
    const place = before ? known : chosen; // a refused decision is put right before the next
    this.open("decide", texts.decide);
    if (place) make("p", this.host, wall.data.names[place].slice(0, 2).join(" · "));
    const form = make("form", this.host);
    const who = addField(form, "who", "input", texts.decide_who);
    const what = addField(form, "what", "textarea", texts.decide_what);
    what.rows = 2;
    const due = addDueField(form, wall.data);
    make("button", form, texts.decide_save).type = "submit";
    const back = make("button", form, texts.close, "plain");
    back.type = "button";
    back.addEventListener("click", () => this.close());
    const problem = make("p", form);
    problem.setAttribute("role", "alert");
    if (before) {
      [who.value, what.value] = [before.who, before.what];
      if (before.due) due.set(before.due);
      problem.textContent = `${texts.decide_refused}: ${before.why}`;
      const drop = make("button", form, texts.decide_drop, "plain");
      drop.type = "button";
      drop.addEventListener("click", () => {
        this.close();
        wall.queue.settle([before.key]);
        wall.draw();
      });
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const decision = { who: who.value.trim(), what: what.value.trim(), due: due.day(), area: place };
      if (!decision.who || !decision.what) problem.textContent = texts.decide_incomplete;
      else if (!due.isRight()) {
        problem.textContent = texts.decide_due_wrong;
        due.focus();
      } else {
        this.close();
        wall.note(decision, before?.key);
      }
    });
    make("p", this.host, texts.decide_keys, "keys");
    who.focus();
  }

  /** Where the numbers on the screen come from: base, file, rows, day of every file behind them. @param {Step} step */
  sources(step) {
    this.open("sources", this.texts.sources);
    make("p", this.host, step.foot);
    const table = make("table", this.host);
    const head = make("tr", make("thead", table));
    const body = make("tbody", table);
    for (const words of this.texts.source_heads) make("th", head, words).scope = "col";
    for (const { base, cells } of this.wall.data.sources) {
      if (!step.bases.includes(base)) continue;
      const line = make("tr", body);
      for (const cell of cells) make("td", line, cell);
    }
    make("p", this.host, this.texts.sources_keys, "keys");
    this.takeFocus();
  }

  help() {
    this.open("help", this.texts.help);
    addPairs(make("dl", this.host), this.wall.data.keys);
    this.takeFocus();
  }
}

/** @param {HTMLDListElement} list @param {[string, string][]} pairs */
const addPairs = (list, pairs) => {
  for (const [term, words] of pairs) {
    make("dt", list, term);
    make("dd", list, words);
  }
};

/** @param {HTMLElement} place @param {string} code @param {WallData} data @param {{ isBesideAnother: boolean, most: number }} room */
const addCard = (place, code, data, { isBesideAnother, most }) => {
  const card = data.cards[code];
  const [name, district] = data.names[code];
  const box = make("section", place, null, isBesideAnother ? "" : "wide");
  box.setAttribute("data-code", code);
  if (isBesideAnother) make("h3", box, name);
  make("p", box, `${district} · ${code}`);
  const big = make("div", box, null, "big");
  for (const [number, words] of card.big) {
    const cell = make("div", big);
    make("b", cell, number);
    make("span", cell, words);
  }
  addPairs(make("dl", make("div", box), null, "facts"), card.lines);
  if (!card.top.length) {
    make("p", box, card.nobody);
    return;
  }
  const supporters = make("div", box);
  make("h3", supporters, data.texts.who_supports);
  addPairs(make("dl", supporters, null, "who"), card.top.slice(0, most));
  const more = card.top.length - most;
  if (more > 0) make("p", supporters, data.texts.more_agencies.replace("{}", String(more)), "more");
};

/**
 * @template {"input" | "textarea"} Name
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {Name} element
 * @param {string} words
 */
const addField = (form, name, element, words) => {
  const field = make(element, make("label", form, words));
  field.name = name;
  return field;
};

/**
 * A field for a day as people write it; beside it what was understood, and days that are one press away.
 * @param {HTMLFormElement} form
 * @param {WallData} data
 */
const addDueField = (form, { texts, lang }) => {
  const field = addField(form, "due", "input", texts.decide_due);
  field.placeholder = texts.decide_due_hint;
  const understood = make("output", field.parentElement);
  const day = () => parseDay(field.value);
  const isRight = () => !field.value.trim() || day() !== null;
  const say = () => {
    const date = day();
    understood.textContent = isRight() ? (date ? dayInWords(date, lang) : "") : texts.decide_due_wrong;
  };
  field.addEventListener("input", say);
  const set = (/** @type {string} */ date) => {
    field.value = typedDay(date);
    say();
  };
  const soon = make("p", form, null, "soon");
  for (const [days, words] of texts.decide_days) {
    const button = make("button", soon, words, "plain");
    button.type = "button";
    button.addEventListener("click", () => set(dayAfter(days)));
  }
  return { day, isRight, set, focus: () => field.focus() };
};

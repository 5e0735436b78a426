/* Four steps for whoever opens the board for the first time: who are you, then what concerns such a person. A card that
   covers nothing for good: it can be put away, comes again when it is called, and the page can be used beside it.
   The first page holds this module itself, so it imports nothing. */

/** @typedef {{ mark: string, words: string }} Step */
/** @typedef {{ texts: Record<string, string>, audiences: { door: string, words: string, steps: Step[] }[] }} Tour */

const SEEN = "kradan-tour";
const BURGER = ".kradan-menu > button";
/** Views without a tour, and ways to look at a page in which nobody reads one. */
const NOT_IN = ["meeting"];
const FRAMED = ["embed", "embed_options"];

/**
 * Whether the tour comes by itself: at the first visit of a person, not in a frame, on the wall or for a program.
 * @param {string} address
 * @param {{ isSeen: boolean, isProgram: boolean, isFramed: boolean }} known
 */
export const comesByItself = (address, { isSeen, isProgram, isFramed }) => {
  const { pathname, searchParams } = new URL(address);
  const view = pathname.split("/").pop() ?? "";
  if (searchParams.get("tour") === "1") return true;
  if (isSeen || isProgram || isFramed) return false;
  return !NOT_IN.includes(view) && !FRAMED.some((name) => searchParams.has(name));
};

/** @template {keyof HTMLElementTagNameMap} N @param {N} name @param {Element} parent @param {string} [text] */
const add = (name, parent, text = "") => {
  const made = document.createElement(name);
  made.textContent = text;
  parent.append(made);
  return made;
};

/** @param {() => void} read what a browser that keeps nothing refuses */
const quietly = (read) => {
  try {
    read();
  } catch {
    /* the tour comes again at the next visit */
  }
};

const isSeen = () => {
  let seen = false;
  quietly(() => {
    seen = localStorage.getItem(SEEN) !== null;
  });
  return seen;
};

class TourCard {
  /** @param {Tour} tour */
  constructor(tour) {
    this.tour = tour;
    this.card = document.createElement("section");
    this.card.className = "kradan-tour-card";
    this.card.tabIndex = -1;
    this.card.setAttribute("role", "dialog");
    this.card.setAttribute("aria-labelledby", "kradan-tour-title");
    this.card.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    document.body.append(this.card);
    this.ask();
  }

  /** Empty the card for a title and a sentence. @param {string} title @param {string} words */
  begin(title, words) {
    this.unmark();
    this.card.replaceChildren();
    const heading = add("h2", this.card, title);
    heading.id = "kradan-tour-title";
    add("p", this.card, words);
    this.bar = add("div", this.card);
  }

  /** @param {string} words @param {() => void} act */
  button(words, act) {
    if (!this.bar) return;
    const made = add("button", this.bar, words);
    made.type = "button";
    made.addEventListener("click", act);
  }

  /** Who looks: three ways, or none. */
  ask() {
    const { texts, audiences } = this.tour;
    this.begin(texts.welcome, texts.who);
    // Whoever has no such door in the menu is not asked to go through it.
    for (const audience of audiences.filter(({ door }) => document.querySelector(door)))
      this.button(audience.words, () => this.show(audience.steps, 0));
    this.button(texts.close, () => this.close());
    this.card.focus();
  }

  /** @param {Step[]} steps @param {number} number */
  show(steps, number) {
    const { texts } = this.tour;
    const step = steps[number];
    this.begin(texts.step.replace("{number}", String(number + 1)).replace("{all}", String(steps.length)), step.words);
    this.mark(step.mark);
    this.button(texts.back, () => (number ? this.show(steps, number - 1) : this.ask()));
    if (number + 1 < steps.length) this.button(texts.next, () => this.show(steps, number + 1));
    this.button(number + 1 < steps.length ? texts.close : texts.done, () => this.close());
    this.card.focus();
  }

  /** Frame what the step speaks of. @param {string} selector */
  mark(selector) {
    const meant = document.querySelector(selector);
    // On a phone the menu is folded: its button stands for what lies in it.
    const found = meant?.closest("#kradan-views") && !meant.checkVisibility() ? document.querySelector(BURGER) : meant;
    if (!found) return;
    found.classList.add("kradan-tour-mark");
    found.scrollIntoView({ block: "nearest" });
  }

  unmark() {
    for (const marked of document.querySelectorAll(".kradan-tour-mark")) marked.classList.remove("kradan-tour-mark");
  }

  close() {
    this.unmark();
    this.card.remove();
    quietly(() => localStorage.setItem(SEEN, new Date().toISOString()));
    /** @type {HTMLElement | null} */ (document.querySelector(".kradan-tour"))?.focus();
  }
}

/** One card at a time, in the language of the page. */
const call = async () => {
  if (document.querySelector(".kradan-tour-card")) return;
  const language = document.querySelector(".kradan-menu")?.getAttribute("lang") ?? document.documentElement.lang;
  const answer = await fetch(`tour-${language}.json`);
  if (answer.ok && !document.querySelector(".kradan-tour-card")) new TourCard(await answer.json());
};

const start = () => {
  window.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".kradan-tour")) void call();
  });
  const known = { isSeen: isSeen(), isProgram: window.navigator.webdriver, isFramed: window.parent !== window };
  if (!comesByItself(location.href, known)) return;
  // Once the page says something: a card over an empty page explains nothing.
  const watch = new MutationObserver(() => {
    if (!document.querySelector("h1.kradan-title")) return;
    watch.disconnect();
    void call();
  });
  watch.observe(document.body, { childList: true, subtree: true });
};

if (typeof document !== "undefined") start();

/* Links from one view to another open in the page that stands: its scripts are not started anew and the session stays.
   Streamlit goes where the address says when the browser's back button is pressed; a link is told to it in the same way.
   The first page holds this module itself (pages/shell/first_page.py), so it imports nothing. */

const LISTS = "details.kradan-where[open], .kradan-menu details[open]";
const BURGER = ".kradan-menu button";
const OPEN_BURGER = `${BURGER}[aria-expanded="true"]`;
/** Places belong to a province: a link that changes the rest of the address leaves them behind. */
const PLACES = ["district", "subdistrict"];

/**
 * The address of a link that keeps the rest: what it names changes in the address that is there.
 * @param {string} link
 * @param {string} here
 */
export const keepingRest = (link, here) => {
  const address = new URL(here);
  address.hash = "";
  for (const name of PLACES) address.searchParams.delete(name);
  new URL(link).searchParams.forEach((value, name) => address.searchParams.set(name, value));
  return address;
};

/**
 * The address of a link of the menu: another view, and the session's choices go along.
 * @param {string} link
 * @param {string} here
 * @param {string[]} names of the choices
 */
export const withChoices = (link, here, names) => {
  const address = new URL(link);
  const choices = new URL(here).searchParams;
  address.search = "";
  for (const name of names) if (choices.has(name)) address.searchParams.set(name, choices.get(name) ?? "");
  return address;
};

/**
 * Whether an address leads to a view of this board, so that the page that stands can show it.
 * @param {URL} address
 * @param {string} here
 * @param {Set<string>} views
 */
export const isView = (address, here, views) => {
  const folder = new URL("./", here);
  return address.href.startsWith(folder.href) && views.has(address.pathname.slice(folder.pathname.length));
};

/** A press without keys that ask the browser for something else. @param {MouseEvent} event */
const isPlain = (event) =>
  !event.defaultPrevented && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);

/**
 * The element around a press that a selector names.
 * @template {Element} T
 * @param {Event} event
 * @param {string} selector
 * @returns {T | null}
 */
const around = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

/** Where this browser keeps its person's own agency. */
const MINE = "kradan-agency";

/** The agency remembered here; none where nothing is, or may be, kept. */
const myAgency = () => {
  try {
    return localStorage.getItem(MINE) ?? "";
  } catch {
    return "";
  }
};

/** Remember an agency as one's own, or forget it. @param {HTMLElement} button */
const remember = (button) => {
  const { agency = "" } = button.dataset;
  const isMine = myAgency() !== agency;
  try {
    if (isMine) localStorage.setItem(MINE, agency);
    else localStorage.removeItem(MINE);
  } catch {
    return; // a browser that keeps nothing: the link of the page still does
  }
  button.setAttribute("aria-pressed", String(isMine));
};

/** @param {Event} event @returns {HTMLAnchorElement | null} */
const linkAt = (event) => around(event, ".stHtml a[href]");

/**
 * Put the session's choices into the address of a link of the menu, so that it can be opened elsewhere or copied, too.
 * @param {HTMLAnchorElement | null} link
 */
const addChoices = (link) => {
  /** @type {HTMLElement | null} */
  const menu = link && link.closest("[data-choices]");
  if (!link || !menu) return false;
  const address = withChoices(link.href, location.href, (menu.dataset.choices ?? "").split(" "));
  if ("mine" in link.dataset && myAgency()) address.searchParams.set("agency", myAgency());
  link.href = address.href;
  return true;
};

/** Close the lists of the menu, except around this element. @param {Node | null} inside */
const fold = (inside) => {
  const burger = document.querySelector(OPEN_BURGER);
  if (burger?.parentElement?.contains(inside)) return; // on a phone all of the menu is unfolded
  burger?.setAttribute("aria-expanded", "false");
  /** @type {NodeListOf<HTMLDetailsElement>} */
  const lists = document.querySelectorAll(LISTS);
  for (const list of lists) if (!list.contains(inside)) list.open = false;
};

/** The button of the menu on a phone. @param {Element} burger */
const press = (burger) => {
  const isOpen = burger.getAttribute("aria-expanded") !== "true";
  burger.setAttribute("aria-expanded", String(isOpen));
  for (const list of burger.parentElement?.querySelectorAll("details") ?? []) list.open = isOpen;
};

/** @param {URL} address */
const go = (address) => {
  fold(null);
  if (address.pathname !== location.pathname || address.search) {
    history.pushState(null, "", address);
    window.dispatchEvent(new PopStateEvent("popstate"));
  }
  document.querySelector(".stMain")?.scrollTo(0, 0);
};

/** @param {KeyboardEvent} event */
const onKey = (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector(OPEN_BURGER) ?? document.querySelector(LISTS);
  if (!open) return;
  fold(null);
  /** @type {HTMLElement} */ (open.matches("details") ? open.firstElementChild : open).focus();
};

/** What a press on a button of ours does; whether that was all. @param {MouseEvent} event */
const onButton = (event) => {
  if (around(event, ".kradan-print")) window.print();
  /** @type {HTMLElement | null} */
  const mine = around(event, ".kradan-mine");
  if (mine) remember(mine);
  const burger = around(event, BURGER);
  if (burger) press(burger);
  return burger !== null;
};

/** @param {MouseEvent} event @param {Set<string>} views */
const onClick = (event, views) => {
  if (onButton(event)) return;
  fold(/** @type {Node} */ (event.target));
  const link = linkAt(event);
  const isMenu = addChoices(link);
  if (!link || !isPlain(event) || (link.target && link.target !== "_self") || link.hasAttribute("download")) return;
  const address = link.hasAttribute("data-keep") ? keepingRest(link.href, location.href) : new URL(link.href);
  // A link without choices means the board as it opens; for such an address the session keeps its choices, as the menu does.
  if (!isView(address, location.href, views) || address.hash || !(address.search || isMenu)) return;
  if (!document.querySelector('[data-test-connection-state="CONNECTED"]')) return; // nobody would hear of it
  event.preventDefault();
  if (isMenu && !("mine" in link.dataset)) address.search = "";
  go(address);
};

const PATIENCE_MS = 3000;

/**
 * One calm line while the server is away: what stands stays and can be read, what is typed stays typed.
 * @param {string} words
 */
const watchServer = (words) => {
  const line = document.createElement("p");
  line.className = "kradan-away";
  line.setAttribute("role", "status");
  line.hidden = true;
  document.body.append(line);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const look = () => {
    const app = document.querySelector("[data-test-connection-state]");
    const isAway = app !== null && app.getAttribute("data-test-connection-state") !== "CONNECTED";
    if (!isAway) {
      clearTimeout(waiting);
      waiting = undefined;
      line.hidden = true;
      line.textContent = "";
    } else
      waiting ??= setTimeout(() => {
        line.hidden = false;
        line.textContent = words;
      }, PATIENCE_MS);
  };
  const watched = { attributes: true, subtree: true, attributeFilter: ["data-test-connection-state"] };
  new MutationObserver(look).observe(document.body, watched);
  look();
};

const start = () => {
  /** @type {HTMLElement | null} */
  const own = document.querySelector("script[data-views]");
  const views = new Set(["", ...(own?.dataset.views ?? "").split(" ")]);
  watchServer(own?.dataset.away ?? "");
  window.addEventListener("keydown", onKey);
  window.addEventListener("blur", () => fold(null)); // a press into the map, which is a frame
  window.addEventListener("pointerdown", (event) => addChoices(linkAt(event)));
  window.addEventListener("click", (event) => onClick(event, views));
};

if (typeof document !== "undefined") start();

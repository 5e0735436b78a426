// Links from one view to another open in the page that stands: its scripts are not started anew and the session stays.
// Streamlit goes where the address says when the browser's back button is pressed; a link is told to it in the same way.
(function () {
  "use strict";
  const views = new Set(["", ...document.currentScript.dataset.views.split(" ")]);
  const lists = "details.kradan-where[open], .kradan-menu details[open]";
  const burgers = '.kradan-menu button[aria-expanded="true"]';

  function isPlain(event) {
    return !event.defaultPrevented && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  }

  function linkAt(event) {
    return event.target instanceof Element ? event.target.closest(".stHtml a[href]") : null;
  }

  // Where a link leads; one that keeps the rest changes what it names in the address that is there. Places belong to a province.
  function target(link) {
    const to = new URL(link.href);
    if (!link.hasAttribute("data-keep")) return to;
    const kept = new URL(location.href);
    kept.hash = "";
    ["district", "subdistrict"].forEach(function (name) { kept.searchParams.delete(name); });
    to.searchParams.forEach(function (value, name) { kept.searchParams.set(name, value); });
    return kept;
  }

  // A link of the menu leads to another view, and the session's choices go along. One that is opened elsewhere, or copied, has
  // them in its address.
  function take(link) {
    const menu = link && link.closest("[data-choices]");
    if (!menu) return false;
    const to = new URL(link.href), now = new URLSearchParams(location.search);
    to.search = "";
    menu.dataset.choices.split(" ").forEach(function (name) { if (now.has(name)) to.searchParams.set(name, now.get(name)); });
    link.href = to.href;
    return true;
  }

  function fold(but) {
    const burger = document.querySelector(burgers);
    if (burger && burger.parentElement.contains(but)) return; // on a phone all of the menu is unfolded
    if (burger) burger.setAttribute("aria-expanded", "false");
    document.querySelectorAll(lists).forEach(function (list) { if (!list.contains(but)) list.open = false; });
  }

  // The button of the menu on a phone.
  function press(burger) {
    const opens = burger.getAttribute("aria-expanded") !== "true";
    burger.setAttribute("aria-expanded", String(opens));
    burger.parentElement.querySelectorAll("details").forEach(function (list) { list.open = opens; });
  }

  function go(to) {
    fold(null);
    if (to.pathname !== location.pathname || to.search) {
      history.pushState(null, "", to);
      window.dispatchEvent(new PopStateEvent("popstate"));
    }
    const main = document.querySelector(".stMain");
    if (main) main.scrollTo(0, 0);
  }

  window.addEventListener("keydown", function (event) {
    const open = event.key === "Escape" && (document.querySelector(burgers) || document.querySelector(lists));
    if (!open) return;
    fold(null);
    (open.matches("details") ? open.firstElementChild : open).focus();
  });

  window.addEventListener("blur", function () { fold(null); }); // a press into the map, which is a frame

  window.addEventListener("pointerdown", function (event) { take(linkAt(event)); });

  window.addEventListener("click", function (event) {
    const burger = event.target instanceof Element ? event.target.closest(".kradan-menu button") : null;
    if (burger) { press(burger); return; }
    fold(event.target);
    const link = linkAt(event), isMenu = take(link);
    if (!link || !isPlain(event) || (link.target && link.target !== "_self") || link.hasAttribute("download")) return;
    const to = target(link), folder = new URL("./", location.href);
    const isOurs = to.href.startsWith(folder.href) && views.has(to.pathname.slice(folder.pathname.length));
    // A link without choices means the board as it opens; for such an address the session keeps its choices, as the menu does.
    if (!isOurs || to.hash || !(to.search || isMenu)) return;
    if (!document.querySelector('[data-test-connection-state="CONNECTED"]')) return; // nobody would hear of it
    event.preventDefault();
    if (isMenu) to.search = "";
    go(to);
  });
})();

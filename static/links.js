// Links from one view to another open in the page that stands: its scripts are not started anew and the session stays.
// Streamlit goes where the address says when the browser's back button is pressed; a link is told to it in the same way.
(function () {
  "use strict";
  const views = new Set(["", ...document.currentScript.dataset.views.split(" ")]);
  const lists = "details.kradan-where[open]";

  function isPlain(event) {
    return !event.defaultPrevented && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
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

  function fold(but) {
    document.querySelectorAll(lists).forEach(function (list) { if (!list.contains(but)) list.open = false; });
  }

  window.addEventListener("keydown", function (event) {
    const list = event.key === "Escape" && document.querySelector(lists);
    if (list) { list.open = false; list.firstElementChild.focus(); }
  });

  window.addEventListener("blur", function () { fold(null); }); // a press into the map, which is a frame

  window.addEventListener("click", function (event) {
    fold(event.target);
    const link = event.target instanceof Element ? event.target.closest(".stHtml a[href]") : null;
    if (!link || !isPlain(event) || (link.target && link.target !== "_self") || link.hasAttribute("download")) return;
    const to = target(link), folder = new URL("./", location.href);
    const isOurs = to.href.startsWith(folder.href) && views.has(to.pathname.slice(folder.pathname.length));
    // A link without choices means the board as it opens; Streamlit's own menu keeps the choices for such an address.
    if (!isOurs || to.hash || !to.search) return;
    if (!document.querySelector('[data-test-connection-state="CONNECTED"]')) return; // nobody would hear of it
    event.preventDefault();
    fold(null);
    history.pushState(null, "", to);
    window.dispatchEvent(new PopStateEvent("popstate"));
    const main = document.querySelector(".stMain");
    if (main) main.scrollTo(0, 0);
  });
})();

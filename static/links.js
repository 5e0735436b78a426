// Links from one view to another open in the page that stands: its scripts are not started anew and the session stays.
// Streamlit goes where the address says when the browser's back button is pressed; a link is told to it in the same way.
(function () {
  "use strict";
  const views = new Set(document.currentScript.dataset.views.split(" "));

  function isPlain(event) {
    return !event.defaultPrevented && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  }

  window.addEventListener("click", function (event) {
    const link = event.target instanceof Element ? event.target.closest(".stHtml a[href]") : null;
    if (!link || !isPlain(event) || (link.target && link.target !== "_self") || link.hasAttribute("download")) return;
    const to = new URL(link.href), folder = new URL("./", location.href);
    const view = to.href.startsWith(folder.href) ? to.pathname.slice(folder.pathname.length) : "";
    // A link without choices means the board as it opens; Streamlit's own menu keeps the choices for such an address.
    if (!views.has(view) || to.hash || !to.search) return;
    if (!document.querySelector('[data-test-connection-state="CONNECTED"]')) return; // nobody would hear of it
    event.preventDefault();
    history.pushState(null, "", to);
    window.dispatchEvent(new PopStateEvent("popstate"));
    const main = document.querySelector(".stMain");
    if (main) main.scrollTo(0, 0);
  });
})();

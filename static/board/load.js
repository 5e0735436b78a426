/* The entry of the board's map. A classic script: streamlit-folium adds scripts without `type="module"`.
   It takes what folium's script says and hands it on as soon as the module stands. */
(() => {
  const own = new URL(/** @type {HTMLScriptElement} */ (document.currentScript).src);
  // All modules under one address that changes with their content, so that a browser keeps them for good; a server
  // without our middleware (`streamlit run app.py`) has them under their plain names only.
  const kept = new URL(`../v-${own.searchParams.get("v")}/board/board.js`, own);
  const board = import(kept.href).catch(() => import(new URL("board.js", own).href));

  window.kradanBoard = (map, options) => {
    // streamlit-folium takes no clicks (0) for news against its own default (null): the server drew every view twice.
    if (window.__GLOBAL_DATA__) window.__GLOBAL_DATA__.last_object_clicked_count = null;
    void board.then((module) => module.open(map, options));
  };

  window.kradanPaint = (message) => {
    void board.then((module) => module.paint(message));
    return L.layerGroup();
  };
})();

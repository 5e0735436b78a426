/* The board's map: geometry is fetched once as a static file; each change brings only a short class vector. */

import { make } from "../shared/dom.js";
import { fetchGrid, fetchJson } from "../shared/fetch_json.js";
import { BOARD_SIZES, paintOf } from "../shared/patterns.js";
import { AreaSet, textMarker } from "./area_set.js";
import { findAreas } from "./find.js";
import { besideNames } from "./labels.js";
import { drawDots, keepInside, patternsOf } from "./marks.js";
import { addTools, leaveThePage, nameMap, SearchBox } from "./tools.js";
import { areaFill, isInside, isKept, readVector, tipLines } from "./vector.js";

/** @import { Area, BoardOptions, Vector, VectorMessage } from "./types.js" */
/** @typedef {"main" | "grid"} View */

/** @type {[string, number][]} */
const PANES = [
  ["areas", 400],
  ["outlines", 450],
  ["labels", 620],
];
const WEIGHTS = { plain: 0.7, hovered: 2.6, chosen: 4 };
const BADGE = 26;
const FADED = 0.12;
const NEAREST_ZOOM = { main: 13, grid: 10.5 };

class Board {
  /**
   * @param {L.Map} map
   * @param {BoardOptions} options
   */
  constructor(map, options) {
    this.map = map;
    this.options = options;
    /** @type {Map<View, AreaSet | null>} null while its file is on the way */
    this.sets = new Map();
    /** @type {View | null} */
    this.view = null;
    /** @type {View | null} the view that a key asked for, until the server asks for another */
    this.override = null;
    /** @type {Vector | null} */
    this.vector = null;
    this.focused = "";
    this.paints = 0;
    this.clicks = Date.now(); // another page's clicks may be remembered: a number that was told once never comes again
    /** Classes of the legend that are looked at alone; without any, all are. */
    this.only = "";
    /** The place whose card is open, the one that a search went to, and the one that the page points at. */
    this.marked = { open: "", found: "", pointed: "" };
    this.pointer = "";
    /** @type {SearchBox | null} */
    this.search = null;
    this.isFitting = false;
    /** @type {{ bounds: L.LatLngBoundsExpression, maxZoom: number } | null} */
    this.fitted = null;
    this.badges = L.layerGroup();
    this.dots = L.layerGroup();
    this.tip = L.tooltip({ direction: "top", offset: [0, -6], className: "kradan-tip" });
    this.note = make("div", map.getContainer(), null, "kradan-note");
    this.setUp();
    this.fit(options.bounds, NEAREST_ZOOM.main);
  }

  setUp() {
    const { map } = this;
    for (const [name, zIndex] of PANES) {
      const pane = map.createPane(name);
      pane.style.zIndex = String(zIndex);
      if (name !== "areas") pane.style.pointerEvents = "none";
    }
    map.attributionControl?.setPrefix(false).addAttribution("Leaflet");
    this.dots.addTo(map);
    this.badges.addTo(map);
    nameMap(map.getContainer(), this.options.texts);
    const host = document.getElementById("map_div");
    if (host && !host.style.width.includes("%")) host.style.width = "100%";
    map.on("movestart zoomstart", () => {
      if (!this.isFitting) this.fitted = null;
    });
    map.on("zoomend", () => this.label());
    this.addTools();
    leaveThePage(map, () => {
      this.remark(this.options.texts.two_fingers);
      return () => this.remark(this.options.texts[this.view ?? "main"]);
    });
    window.addEventListener("message", (event) => {
      if (event.source === window.parent && event.origin === location.origin) this.hear(event.data);
    });
    new ResizeObserver(() => this.resize()).observe(map.getContainer());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.tell({ kradan: "escape" });
      if (event.key !== "g" && event.key !== "G") return;
      this.override = this.view === "grid" ? "main" : "grid";
      this.draw();
    });
    document.fonts?.addEventListener("loadingdone", () => {
      for (const set of this.sets.values()) if (set) set.labelledAtZoom = null; // names are as wide as their font
      this.label();
    });
  }

  addTools() {
    const { texts } = this.options;
    this.search = new SearchBox(this.map.getContainer(), texts.find, {
      near: (typed) => findAreas(typed, this.set?.properties() ?? [], this.options),
      ask: (typed) => this.say(`find:${typed}`),
      go: (code) => this.goTo(code),
    });
    addTools(this.map, [
      ["whole", texts.whole, () => this.goTo("")],
      ["find", texts.find, () => this.search?.toggle()],
      ["full", texts.full, () => void this.fullScreen()],
      ["PNG", `${texts.picture} PNG`, () => this.tell({ kradan: "picture", form: "png" })],
      ["SVG", `${texts.picture} SVG`, () => this.tell({ kradan: "picture", form: "svg" })],
    ]);
  }

  /** The map alone on all of the screen, and back. */
  fullScreen() {
    return document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  }

  /** To the page around the map (`static/shell/beside.js`). @param {object} message */
  tell(message) {
    window.parent.postMessage(message, location.origin);
  }

  /** From the page around the map. @param {any} message */
  hear(message) {
    const { kradan, code = "" } = message ?? {};
    if (kradan === "only") this.only = message.letters;
    else if (kradan === "open" || kradan === "pointed") this.marked[/** @type {"open"} */ (kradan)] = code;
    else if (kradan === "say") return this.say(code);
    else if (kradan === "found") return this.search?.add(message.text, message.hits);
    else return undefined;
    if (kradan === "only") this.draw();
    else this.outline();
    return undefined;
  }

  /** Go to a subdistrict, opened as by a press on it, or a district, marked; to all of the province without one. @param {string} code */
  goTo(code) {
    const { set } = this;
    this.marked.found = code;
    this.outline();
    const bounds = code ? set?.boundsOf(code) : set?.layer.getBounds();
    const nearest = NEAREST_ZOOM[this.view ?? "main"] - (code.length === 6 ? 1.5 : 0);
    this.fit(bounds?.isValid() ? bounds : this.options.bounds, nearest);
    if (code.length === 6) this.say(code);
  }

  /** How the edge of a place is drawn. @param {string} code @param {boolean} isBright */
  edge(code, isBright) {
    const { colors } = this.options;
    const { open, found, pointed } = this.marked;
    const isChosen = this.vector?.chosen === code || open === code || (found.length === 6 && found === code);
    const isOutlined =
      isChosen || (pointed !== "" && code.startsWith(pointed)) || (found.length === 4 && code.startsWith(found));
    return {
      color: isOutlined ? colors.chosen : colors.edge,
      weight: isChosen ? WEIGHTS.chosen : isOutlined ? WEIGHTS.hovered : WEIGHTS.plain,
      opacity: isBright || isOutlined ? 1 : 0.35,
      isOutlined,
    };
  }

  /** Draw the edges again, without the grounds. */
  outline() {
    const { set, vector } = this;
    if (!set || !vector) return;
    set.each((area) => {
      const { c: code } = area.feature.properties;
      const isBright = isInside(vector, code) && isKept(vector, set.order.get(code) ?? -1, this.only);
      const { isOutlined, ...edge } = this.edge(code, isBright);
      area.setStyle(edge);
      if (isOutlined) area.bringToFront();
    });
  }

  /** The shapes in sight, once their file has come. */
  get set() {
    return (this.view && this.sets.get(this.view)) || null;
  }

  resize() {
    this.map.invalidateSize({ pan: false });
    if (this.fitted) this.fit(this.fitted.bounds, this.fitted.maxZoom);
  }

  /**
   * Put the map there; until a person moves it, it is put there again when the frame gets its final size.
   * @param {L.LatLngBoundsExpression} bounds
   * @param {number} maxZoom
   */
  fit(bounds, maxZoom) {
    this.isFitting = true;
    this.map.fitBounds(bounds, { animate: false, padding: [8, 8], maxZoom });
    this.isFitting = false;
    this.fitted = { bounds, maxZoom };
  }

  /** @param {Vector} vector */
  paint(vector) {
    if (this.vector && this.vector.view !== vector.view) this.override = null;
    this.vector = vector;
    this.draw();
  }

  draw() {
    if (!this.vector) return;
    this.show(this.vector.view);
    const { set, vector } = this;
    if (!set) return;
    const { colors } = this.options;
    const defs = patternsOf(this.map);
    set.each((area) => {
      const { c: code } = area.feature.properties;
      const index = set.order.get(code) ?? -1;
      const fill = areaFill(vector, index, colors.stripe);
      const dimmed = isInside(vector, code) ? 1 : colors.dimmed;
      area.setStyle({
        fillColor: defs ? paintOf(defs, fill, BOARD_SIZES) : fill.ground,
        fillOpacity: isKept(vector, index, this.only) ? dimmed : FADED,
      });
    });
    this.outline();
    drawDots(this.dots, set, vector, { only: this.only, fillColor: colors.outline });
    this.drawBadges(set, vector);
    this.focus(set, vector);
    document.body.setAttribute("data-painted", String(set.count));
    document.body.setAttribute("data-paint", String(++this.paints));
    document.body.setAttribute("data-classes", vector.classes);
  }

  /** @param {AreaSet} set @param {Vector} vector */
  drawBadges(set, vector) {
    this.badges.clearLayers();
    const taken = [...set.named];
    for (const [index, number] of vector.badges ?? []) {
      const point = set.points.get(set.codes[index]);
      if (!point) continue;
      const { x, y } = this.map.latLngToLayerPoint(point);
      const box = { x, y, halfWidth: BADGE / 2, halfHeight: BADGE / 2 };
      const [right, down] = besideNames(box, taken);
      taken.push({ ...box, x: x + right, y: y + down });
      const free = this.map.layerPointToLatLng([x + right, y + down]);
      textMarker(free, String(number), "kradan-badge", [BADGE, BADGE]).addTo(this.badges);
    }
  }

  /**
   * Go to the district that is asked for, once: afterwards the map stays where a person moved it.
   * @param {AreaSet} set
   * @param {Vector} vector
   */
  focus(set, vector) {
    const code = vector.district || vector.chosen || "";
    const focused = `${this.view}:${code}`;
    if (focused === this.focused) return;
    this.focused = focused;
    const bounds = code ? set.boundsOf(code.slice(0, 4)) : null;
    this.fit(bounds?.isValid() ? bounds : set.layer.getBounds(), NEAREST_ZOOM[this.view ?? "main"]);
  }

  /** @param {string} asked */
  show(asked) {
    const view = this.override ?? (asked === "grid" && this.options.grid ? "grid" : "main");
    if (this.view !== view) {
      for (const [name, set] of this.sets) if (name !== view) set?.removeFrom(this.map);
      this.view = view;
    }
    if (!this.sets.has(view)) {
      void this.load(view);
      return;
    }
    this.set?.addTo(this.map);
    this.label();
    this.remark(this.options.texts[view]);
  }

  label() {
    this.set?.label(this.map);
    if (this.set && this.vector?.badges) this.drawBadges(this.set, this.vector);
  }

  /** @param {string | undefined} text said on the map itself */
  remark(text) {
    this.note.textContent = text || "";
    this.note.style.display = text ? "block" : "none";
  }

  /** @param {View} view */
  async load(view) {
    const { lang, missing, texts } = this.options;
    const say = (/** @type {string} */ text) => {
      if (this.view === view) this.remark(text);
    };
    this.sets.set(view, null);
    try {
      const address = this.options[view];
      const file = await (view === "grid" ? fetchGrid(address, () => say(texts.coming)) : fetchJson(address));
      const handlers = {
        mousemove: (/** @type {L.LeafletMouseEvent} */ event) => this.hover(event),
        mouseout: (/** @type {L.LeafletMouseEvent} */ event) => this.leave(event),
        click: (/** @type {L.LeafletMouseEvent} */ event) => this.choose(event),
      };
      this.sets.set(view, new AreaSet(file, view === "main" ? missing : [], lang, handlers));
      this.draw();
    } catch {
      say(texts.failed);
    }
  }

  /** @param {L.LeafletMouseEvent} event */
  hover(event) {
    const { set, vector } = this;
    if (!set || !vector) return;
    const area = /** @type {Area} */ (event.target);
    const { properties } = area.feature;
    const box = make("div");
    tipLines(vector, set.order.get(properties.c) ?? -1, properties, this.options).forEach((text, index) =>
      make("div", box, text, index ? "" : "kradan-tip-name"),
    );
    this.tip.setLatLng(event.latlng).setContent(box);
    if (!this.map.hasLayer(this.tip)) this.tip.addTo(this.map);
    keepInside(this.map, this.tip, event.latlng);
    area.setStyle({ weight: Math.max(WEIGHTS.hovered, this.edge(properties.c, true).weight) });
    this.point(properties.c);
  }

  /** Tell the page which place the pointer is on, once. @param {string} code */
  point(code) {
    if (code === this.pointer) return;
    this.pointer = code;
    this.tell({ kradan: "pointed", code });
  }

  /** @param {L.LeafletMouseEvent} event */
  leave(event) {
    this.map.removeLayer(this.tip);
    const area = /** @type {Area} */ (event.target);
    area.setStyle({ weight: this.edge(area.feature.properties.c, true).weight });
    this.point("");
  }

  /** @param {L.LeafletMouseEvent} event */
  choose(event) {
    L.DomEvent.stopPropagation(event);
    this.map.removeLayer(this.tip);
    this.say(/** @type {Area} */ (event.target).feature.properties.c);
  }

  /** To the server: the code of a place, or `find:` and what is looked for. @param {string} text */
  say(text) {
    // In streamlit-folium's own order: it compares what was said last as text, and says again what differs.
    const value = { last_object_clicked_count: ++this.clicks, last_object_clicked_tooltip: text };
    const state = window.__GLOBAL_DATA__;
    state.last_object_clicked_tooltip = value.last_object_clicked_tooltip;
    state.last_object_clicked_count = value.last_object_clicked_count;
    state.previous_data = value;
    window.Streamlit.setComponentValue(value);
  }
}

/** @type {Board | null} */
let board = null;
/** @type {Vector | null} what was said before the map stood */
let waiting = null;

/**
 * Turn the map of this frame into the board.
 * @param {L.Map} map
 * @param {BoardOptions | string} options or the address of the file that holds them
 */
export const open = async (map, options) => {
  board = null;
  // When the server does not come back within ten seconds, the frame stays empty until the page is loaded again.
  const known = typeof options === "string" ? await fetchJson(options, { tries: 10 }).catch(() => null) : options;
  if (!known) return;
  board = new Board(map, known);
  if (waiting) board.paint(waiting);
  else board.show("main");
  board.tell({ kradan: "ready" });
};

/**
 * One change of the map.
 * @param {VectorMessage} message
 */
export const paint = (message) => {
  const vector = readVector(message);
  if (board) board.paint(vector);
  else waiting = vector;
};

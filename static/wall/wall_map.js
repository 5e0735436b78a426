/* The wall's map: one SVG path per subdistrict. True map and tile grid are two shapes of the same path, so one flows
   into the other; a step changes only fills. Geometry is fetched once. */

import { make, makeSvg } from "../shared/dom.js";
import { fetchGrid, fetchJson } from "../shared/fetch_json.js";
import { WALL_SIZES, fillOf, keepSize, paintOf } from "../shared/patterns.js";
import { freePlace } from "./label_places.js";
import { drawMark, markOfStatus } from "./layers.js";
import { Shapes, boxAround, centroid, flowPath, largestRing, outerPoints, partners, polygonsPath } from "./shapes.js";

/** @import { Layer, Step, WallGeometry } from "./types.js" */
/** @import { Box, Point, Ring } from "./shapes.js" */
/** @typedef {"main" | "grid"} Mode */
/** @typedef {[number, number, number]} View enlargement, and how far the drawing is moved right and down */
/** @typedef {{ at: Point, points: Point[], width: number, height: number }} Spot a place on the screen, with points along its border */
/** @typedef {WallGeometry & { stripe: string, codes: string[], names: Record<string, string[]>, pick: (code: string) => void, zoomed: () => void }} MapOptions */

const MORPH_MS = 450;
const ZOOM_MS = 350;
const LABELS = 7;
/** @type {View} */
const WHOLE = [1, 0, 0];
const NEAREST = 12;

const stillness = window.matchMedia("(prefers-reduced-motion: reduce)");

/** @param {string} code of a subdistrict */
export const districtOf = (code) => code.slice(0, 4);
/** @param {string} code */
const isSubdistrict = (code) => code.length > 4;

export class WallMap {
  /**
   * @param {HTMLElement} host
   * @param {MapOptions} options
   */
  constructor(host, options) {
    this.host = host;
    this.options = options;
    /** @type {Mode} */
    this.mode = "main";
    /** @type {string | null} the district that the map is enlarged to */
    this.zoom = null;
    this.paints = 0;
    this.drawing = makeSvg("svg", { role: "img", "aria-labelledby": "title" }, host);
    this.defs = makeSvg("defs", {}, this.drawing);
    this.world = makeSvg("g", {}, this.drawing);
    this.top = makeSvg("g", {}, this.drawing);
    this.note = make("div", host, null, "note");
    /** @type {Map<string, SVGPathElement>} */
    this.areas = new Map();
    /** @type {Map<string, SVGPathElement>} */
    this.outlines = new Map();
    /** @type {Map<string, [Ring, Ring]>} outline on the true map and on the grid, point by point */
    this.flows = new Map();
    /** @type {Record<Mode, Shapes> | null} */
    this.shapes = null;
    /** @type {Record<Mode, (point: Point) => Point> | null} */
    this.projections = null;
    this.width = 0;
    this.height = 0;
    this.view = WHOLE;
    this.gridPart = 0; // 0 = true map, 1 = tile grid
    this.turns = { morph: 0, zoom: 0 };
    /** @type {Step | null} */
    this.step = null;
    /** @type {string[]} */
    this.chosen = [];
    /** @type {Layer | null} a register that lies over the view */
    this.layer = null;
  }

  get isReady() {
    return this.shapes !== null;
  }

  async load() {
    const { codes, main, grid, pick } = this.options;
    const [mainFile, gridFile] = await Promise.all([fetchJson(main), fetchGrid(grid)]);
    this.shapes = { main: new Shapes(mainFile), grid: new Shapes(gridFile) };
    for (const code of codes) {
      const path = makeSvg("path", { class: "area", "data-code": code, fill: "#fff" }, this.world);
      path.addEventListener("click", () => pick(code));
      this.areas.set(code, path);
    }
    for (const code of this.shapes.grid.outlines.keys())
      this.outlines.set(code, makeSvg("path", { class: "outline", "data-code": code }, this.world));
    this.layout();
    new ResizeObserver(() => this.layout()).observe(this.host);
  }

  layout() {
    const { width, height } = this.host.getBoundingClientRect();
    if (!this.shapes || !width || !height) return;
    const { main, grid } = this.shapes;
    this.width = width;
    this.height = height;
    const projections = { main: main.fit(width, height, height * 0.02), grid: grid.fit(width, height, height * 0.02) };
    this.projections = projections;
    for (const code of this.options.codes) {
      const own = main.areas.get(code);
      const cell = largestRing(grid.areas.get(code) ?? []).map(projections.grid);
      const ring = own ? largestRing(own).map(projections.main) : cell;
      this.flows.set(code, [ring, partners(ring, cell)]);
    }
    this.settle();
    if (this.zoom) this.zoomTo(this.zoom, true);
    else {
      this.place(WHOLE);
      this.label();
    }
  }

  /** The path of a place in the present mode; empty when it has no shape. @param {"areas" | "outlines"} kind @param {string} code */
  pathOf(kind, code) {
    const polygons = this.shapes?.[this.mode][kind].get(code);
    return polygons && this.projections ? polygonsPath(polygons, this.projections[this.mode]) : "";
  }

  settle() {
    for (const [code, path] of this.areas) path.setAttribute("d", this.pathOf("areas", code));
    for (const [code, path] of this.outlines) {
      path.setAttribute("d", this.pathOf("outlines", code));
      path.style.opacity = "1";
    }
    this.note.textContent = this.options.texts[this.mode];
    this.note.style.display = this.note.textContent ? "" : "none";
    document.body.setAttribute("data-mode", this.mode);
  }

  /**
   * One movement of a kind at a time: a zoom never stops the map half-way between true map and tiles.
   * @param {"morph" | "zoom"} kind
   * @param {number} duration in milliseconds
   * @param {(part: number) => void} draw
   * @param {() => void} done
   */
  animate(kind, duration, draw, done) {
    const began = performance.now();
    const turn = ++this.turns[kind];
    if (stillness.matches || document.hidden) {
      draw(1);
      done();
      return;
    }
    const frame = (/** @type {number} */ now) => {
      if (turn !== this.turns[kind]) return;
      const t = Math.min(1, Math.max(0, (now - began) / duration));
      draw(t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t));
      if (t < 1) requestAnimationFrame(frame);
      else done();
    };
    frame(began);
  }

  /**
   * True map <-> tile grid: every outline flows into the other, from wherever it is; the zoomed district stays in sight.
   * @param {Mode} mode
   */
  show(mode) {
    if (mode === this.mode || !this.isReady) return;
    const [begin, end] = [this.gridPart, mode === "grid" ? 1 : 0];
    this.mode = mode;
    const [from, to, zooms] = [this.view, this.target(this.zoom), this.turns.zoom];
    for (const path of this.outlines.values()) path.style.opacity = "0";
    this.top.textContent = "";
    const draw = (/** @type {number} */ part) => {
      this.gridPart = begin + part * (end - begin);
      for (const [code, rings] of this.flows) this.areas.get(code)?.setAttribute("d", flowPath(rings, this.gridPart));
      if (this.turns.zoom === zooms) this.place(between(from, to, part));
    };
    this.animate("morph", MORPH_MS, draw, () => {
      this.settle();
      this.label();
    });
  }

  /** @param {View} view */
  place(view) {
    const [scale, right, down] = view;
    this.view = view;
    const transform = `translate(${right.toFixed(2)} ${down.toFixed(2)}) scale(${scale.toFixed(4)})`;
    this.world.setAttribute("transform", transform);
    keepSize(this.defs, scale);
  }

  /**
   * The view that fills the screen with a district, or with the whole province.
   * @param {string | null} district
   * @returns {View}
   */
  target(district) {
    if (!district || !this.shapes || !this.projections) return WHOLE;
    const { areas } = this.shapes[this.mode];
    const codes = this.options.codes.filter((code) => districtOf(code) === district);
    const points = codes.flatMap((code) => outerPoints(areas.get(code) ?? [])).map(this.projections[this.mode]);
    const [left, top, right, bottom] = boxAround(points);
    const scale = Math.min(NEAREST, 0.86 * Math.min(this.width / (right - left), this.height / (bottom - top)));
    return [scale, (this.width - scale * (left + right)) / 2, (this.height - scale * (top + bottom)) / 2];
  }

  /**
   * @param {string | null} district
   * @param {boolean} [isAtOnce]
   */
  zoomTo(district, isAtOnce = false) {
    if (!this.isReady) return;
    const [from, to] = [this.view, this.target(district)];
    const arrive = () => {
      this.place(to);
      this.label();
    };
    this.zoom = district;
    document.body.setAttribute("data-zoom", district ?? "");
    this.options.zoomed();
    for (const [code, path] of this.areas) path.classList.toggle("dim", !!district && districtOf(code) !== district);
    if (isAtOnce) {
      this.turns.zoom++;
      arrive();
      return;
    }
    this.top.textContent = "";
    this.animate("zoom", ZOOM_MS, (part) => this.place(between(from, to, part)), arrive);
  }

  /**
   * @param {Step} step
   * @param {string[]} chosen
   */
  paint(step, chosen) {
    if (!this.isReady) return;
    this.step = step;
    this.chosen = chosen;
    const styles = new Map(step.legend.filter((row) => row.k).map((row) => [row.k, row]));
    this.options.codes.forEach((code, index) => {
      const path = /** @type {SVGPathElement} */ (this.areas.get(code));
      const fill = fillOf(styles.get(step.classes[index]), step.marks?.[index] === "1", this.options.stripe);
      const paint = paintOf(this.defs, fill, WALL_SIZES, this.view[0]);
      if (path.getAttribute("fill") !== paint) path.setAttribute("fill", paint);
      path.classList.toggle("chosen", chosen.includes(code));
    });
    for (const code of chosen) {
      const path = this.areas.get(code);
      if (path) this.world.appendChild(path);
    }
    this.label();
    document.body.setAttribute("data-painted", String(this.options.codes.length));
    document.body.setAttribute("data-classes", step.classes);
    document.body.setAttribute("data-paint", String(++this.paints));
  }

  /**
   * The places that get a name, at most seven; the place under discussion always has one. Four digits name a district.
   * @param {Step} step
   */
  named(step) {
    const { zoom } = this;
    const asked = [...this.chosen, ...(step.districts ?? []), ...step.focus];
    const inSight = zoom
      ? [...asked, ...this.options.codes].filter((code) => districtOf(code) === zoom && isSubdistrict(code))
      : asked;
    return [...new Set(inSight)].slice(0, LABELS);
  }

  /**
   * Where a place stands on the screen, and points along its border: a name must not hide what it names.
   * @param {string} code
   * @returns {Spot | null}
   */
  spot(code) {
    if (!this.shapes || !this.projections) return null;
    const [shapes, project, [scale, right, down]] = [this.shapes[this.mode], this.projections[this.mode], this.view];
    const polygons = (isSubdistrict(code) ? shapes.areas : shapes.outlines).get(code);
    if (!polygons?.length) return null;
    const onScreen = (/** @type {Point} */ point) => {
      const [x, y] = project(point);
      return [scale * x + right, scale * y + down];
    };
    const ring = largestRing(polygons);
    const every = Math.ceil(ring.length / 40);
    const border = ring.filter((_point, index) => index % every === 0).map(onScreen);
    const at = onScreen(centroid(ring));
    const box = boxAround(border);
    return { at, points: [...border, at], width: box[2] - box[0], height: box[3] - box[1] };
  }

  /**
   * Numbers in discs, the largest first; of a view, one that would cover another is left out, of a register it is a dot:
   * there every place has a mark, also for none and for not known. Returns the boxes of the discs.
   * @param {Step} step
   * @param {number} size of the letters, in pixels
   */
  drawBadges(step, size) {
    /** @type {Box[]} */
    const taken = [];
    for (const [code, count] of this.counts(step)) {
      const spot = this.zoom && districtOf(code) !== this.zoom ? null : this.spot(code);
      if (!spot) continue;
      const [x, y] = spot.at;
      const radius = size * (count > 99 ? 0.9 : 0.62);
      const box = /** @type {Box} */ ([x - radius, y - radius, x + radius, y + radius]);
      if (
        taken.some(
          (other) =>
            Math.hypot(other[0] + other[2] - 2 * x, other[1] + other[3] - 2 * y) < other[2] - other[0] + 2 * radius,
        )
      ) {
        if (this.layer) drawMark(this.top, "listed", spot.at, size);
        continue;
      }
      taken.push(box);
      makeSvg("circle", { class: "badge-disc", cx: x, cy: y, r: radius }, this.top);
      const place = { x, y: y + size * 0.33, "text-anchor": "middle", "font-size": size * 0.9 };
      makeSvg("text", { class: "badge", ...place }, this.top).textContent = String(count);
    }
    return taken;
  }

  /** What stands in discs, the largest first: a register's numbers, else those of the view above one. @param {Step} step */
  counts({ badges }) {
    const { codes } = this.options;
    const pairs = this.layer ? this.layer.numbers.map((count, index) => /** @type {[string, number]} */ ([codes[index], count])) : Object.entries(badges ?? {}); // prettier-ignore
    return pairs.filter(([, count]) => count > (this.layer ? 0 : 1)).sort(([, a], [, b]) => b - a);
  }

  /** The marks of places without an entry in the register: none, and not known. @param {Layer} layer @param {number} size */
  drawNothing({ status }, size) {
    this.options.codes.forEach((code, index) => {
      const mark = markOfStatus(status[index]);
      const spot = mark === "listed" || (this.zoom && districtOf(code) !== this.zoom) ? null : this.spot(code);
      if (spot) drawMark(this.top, mark, spot.at, size);
    });
  }

  /** Numbers and names over the map. */
  label() {
    this.top.textContent = "";
    const { step } = this;
    if (!step) return;
    const size = Math.max(15, window.innerHeight * 0.0235);
    if (this.layer) this.drawNothing(this.layer, size);
    const numbers = this.drawBadges(step, size);
    const named = this.named(step);
    /** @type {Map<string, Spot>} */
    const spots = new Map();
    for (const code of named) {
      const spot = this.spot(code);
      if (spot) spots.set(code, spot);
    }
    /** @type {Box[]} */
    const taken = [];
    for (const [code, spot] of spots) taken.push(this.drawName(code, spot, { size, numbers, taken, spots }));
  }

  /**
   * @param {string} code
   * @param {Spot} spot
   * @param {{ size: number, numbers: Box[], taken: Box[], spots: Map<string, Spot> }} around
   */
  drawName(code, spot, { size, numbers, taken, spots }) {
    const label = makeSvg("text", { class: "label", "font-size": size, "data-code": code }, this.top);
    label.textContent = this.options.names[code][0];
    const [width, height] = [label.getComputedTextLength() + size * 0.5, size * 1.6];
    const isRoomy = spot.width > width && spot.height > height * 1.5;
    const places = [...spots].filter(([other]) => !(other === code && isRoomy)).map(([, { points }]) => points);
    const screen = { width: this.width, height: this.height, bottomMargin: this.height * 0.065 };
    const { x, y, box, isAway } = freePlace(spot.at, width, height, { screen, taken, numbers, places });
    label.setAttribute("x", String(x - width / 2 + size * 0.25));
    label.setAttribute("y", String(y + size * 0.34));
    if (isAway) this.drawLeader(spot.at, box, size);
    return box;
  }

  /** @param {Point} at @param {Box} box @param {number} size */
  drawLeader([x, y], [left, top, right, bottom], size) {
    const end = { x2: Math.min(right, Math.max(left, x)), y2: Math.min(bottom, Math.max(top, y)) };
    const dot = makeSvg("circle", { class: "dot", cx: x, cy: y, r: size * 0.17 }, this.top);
    const line = makeSvg("line", { class: "leader", x1: x, y1: y, ...end }, this.top);
    this.top.prepend(line, dot);
  }
}

/**
 * @param {View} from
 * @param {View} to
 * @param {number} part
 * @returns {View}
 */
const between = (from, to, part) => [
  from[0] + part * (to[0] - from[0]),
  from[1] + part * (to[1] - from[1]),
  from[2] + part * (to[2] - from[2]),
];

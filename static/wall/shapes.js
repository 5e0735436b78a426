/* Plane geometry of the wall's map: rings of points, projected and fitted to the screen. No DOM here.
   Outlines flow between two shapes, so their points are worked on here and not on the server. */

/** @import { FeatureCollection } from "geojson" */
/** @typedef {number[]} Point x and y */
/** @typedef {Point[]} Ring closed: the last point is the first */
/** @typedef {Ring[][]} Polygons */
/** @typedef {[number, number, number, number]} Box left, top, right, bottom */

/**
 * Longitude and latitude as Leaflet shows them, in radians, downwards as on a screen.
 * @param {Point} point
 * @returns {Point}
 */
export const mercator = ([longitude, latitude]) => [
  (longitude * Math.PI) / 180,
  -Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)),
];

/**
 * @param {any} geometry Polygon or MultiPolygon
 * @returns {Polygons}
 */
const polygonsOf = (geometry) => {
  /** @type {Polygons} */
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.map((polygon) => polygon.map((ring) => ring.map(mercator)));
};

/** @param {Point} a @param {Point} b */
const cross = (a, b) => a[0] * b[1] - b[0] * a[1];

/**
 * The area of a ring, positive or negative by the way it turns.
 * @param {Ring} ring
 */
export const signedArea = (ring) => {
  let sum = 0;
  for (let index = 0; index < ring.length - 1; index++) sum += cross(ring[index], ring[index + 1]);
  return sum / 2;
};

/**
 * @param {Ring} ring
 * @returns {Point}
 */
export const centroid = (ring) => {
  const total = signedArea(ring);
  if (!total) return ring[0];
  let [x, y] = [0, 0];
  for (let index = 0; index < ring.length - 1; index++) {
    const [a, b] = [ring[index], ring[index + 1]];
    x += (a[0] + b[0]) * cross(a, b);
    y += (a[1] + b[1]) * cross(a, b);
  }
  return [x / (6 * total), y / (6 * total)];
};

/**
 * The outer ring of the largest polygon.
 * @param {Polygons} polygons
 */
export const largestRing = (polygons) =>
  polygons.reduce((best, polygon) =>
    Math.abs(signedArea(polygon[0])) > Math.abs(signedArea(best[0])) ? polygon : best,
  )[0];

/**
 * @param {Iterable<Point>} points
 * @returns {Box}
 */
export const boxAround = (points) => {
  /** @type {Box} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
};

/** @param {Polygons} polygons */
export const outerPoints = (polygons) => polygons.flatMap((polygon) => polygon[0]);

/** @param {Ring} points */
export const ringPath = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;

/**
 * The path of all rings, each point moved by `project`.
 * @param {Polygons} polygons
 * @param {(point: Point) => Point} project
 */
export const polygonsPath = (polygons, project) =>
  polygons.flatMap((polygon) => polygon.map((ring) => ringPath(ring.map(project)))).join("");

/** Areas and district outlines of one geometry file, by code. */
export class Shapes {
  /** @param {FeatureCollection & { districts?: FeatureCollection }} file */
  constructor(file) {
    this.areas = byCode(file);
    this.outlines = byCode(file.districts);
  }

  /**
   * What puts the whole map into a rectangle of this size, in its middle.
   * @param {number} width
   * @param {number} height
   * @param {number} padding
   * @returns {(point: Point) => Point}
   */
  fit(width, height, padding) {
    const [left, top, right, bottom] = boxAround([...this.areas.values()].flatMap(outerPoints));
    const scale = Math.min((width - 2 * padding) / (right - left), (height - 2 * padding) / (bottom - top));
    const dx = (width - scale * (right - left)) / 2 - scale * left;
    const dy = (height - scale * (bottom - top)) / 2 - scale * top;
    return ([x, y]) => [scale * x + dx, scale * y + dy];
  }
}

/**
 * @param {FeatureCollection | undefined} file
 * @returns {Map<string, Polygons>}
 */
const byCode = (file) => {
  const features = file ? file.features.filter((feature) => feature.geometry) : [];
  return new Map(features.map(({ properties, geometry }) => [properties?.c, polygonsOf(geometry)]));
};

/**
 * How far each point lies along its ring.
 * @param {Ring} ring
 */
const lengths = (ring) => {
  const along = [0];
  for (let index = 1; index < ring.length; index++) {
    const [a, b] = [ring[index - 1], ring[index]];
    along.push(along[index - 1] + Math.hypot(b[0] - a[0], b[1] - a[1]));
  }
  return along;
};

/**
 * The ring turning as `model` does and beginning on the same side of its middle.
 * @param {Ring} ring
 * @param {Ring} model
 */
const alignedTo = (ring, model) => {
  const [middle, modelMiddle] = [centroid(ring), centroid(model)];
  const side = Math.atan2(model[0][1] - modelMiddle[1], model[0][0] - modelMiddle[0]);
  const turned = signedArea(model) * signedArea(ring) < 0 ? [...ring].reverse() : ring;
  let [start, nearest] = [0, Infinity];
  turned.slice(0, -1).forEach(([x, y], index) => {
    const angle = Math.atan2(y - middle[1], x - middle[0]) - side;
    const apart = Math.abs(Math.atan2(Math.sin(angle), Math.cos(angle)));
    if (apart < nearest) [start, nearest] = [index, apart];
  });
  return [...turned.slice(start, -1), ...turned.slice(0, start + 1)];
};

/**
 * For every point of one ring a point on the other, walking both round the same way from the same side.
 * @param {Ring} from
 * @param {Ring} to
 * @returns {Ring}
 */
export const partners = (from, to) => {
  const other = alignedTo(to, from);
  const [own, along] = [lengths(from), lengths(other)];
  const [ownTotal, total] = [own[own.length - 1] || 1, along[along.length - 1]];
  let segment = 0;
  return from.map((_point, index) => {
    const distance = (own[index] / ownTotal) * total;
    while (segment < along.length - 2 && along[segment + 1] < distance) segment++;
    const part = (distance - along[segment]) / (along[segment + 1] - along[segment] || 1);
    const [a, b] = [other[segment], other[segment + 1]];
    return [a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])];
  });
};

/**
 * The path of an outline on its way from one ring to its partner.
 * @param {[Ring, Ring]} rings
 * @param {number} part 0 = the first, 1 = the second
 */
export const flowPath = ([from, to], part) =>
  ringPath(from.map(([x, y], index) => [x + part * (to[index][0] - x), y + part * (to[index][1] - y)]));

/* What belongs to the drawing beside classes, names and numbers: patterns, dots, the words under the pointer. */

import { makeSvg } from "../shared/dom.js";
import { isInside, isKept } from "./vector.js";

/** @import { AreaSet } from "./area_set.js" */
/** @import { Vector } from "./types.js" */

/**
 * Dots on the places that have a second mark.
 * @param {L.LayerGroup} dots
 * @param {AreaSet} set
 * @param {Vector} vector
 * @param {{ only: string, fillColor: string }} how the classes that are looked at alone, and the colour
 */
export const drawDots = (dots, set, vector, { only, fillColor }) => {
  dots.clearLayers();
  const look = { radius: 3.5, weight: 1.5, color: "#ffffff", fillColor, fillOpacity: 1 };
  for (const index of vector.dots ?? []) {
    const code = set.codes[index];
    const point = set.points.get(code);
    if (!point || !isInside(vector, code) || !isKept(vector, index, only)) continue;
    L.circleMarker(point, { ...look, pane: "outlines", interactive: false }).addTo(dots);
  }
};

/**
 * The words under the pointer stay in the frame: beside it near an edge, below it near the top.
 * @param {L.Map} map
 * @param {L.Tooltip} tip
 * @param {L.LatLng} latlng
 */
export const keepInside = (map, tip, latlng) => {
  const node = tip.getElement();
  if (!node) return;
  const { x, y } = map.latLngToContainerPoint(latlng);
  const half = node.offsetWidth / 2 + 4;
  const right = Math.max(half - x, 0) - Math.max(x + half - map.getSize().x, 0);
  const isBelow = y < node.offsetHeight + 12;
  Object.assign(tip.options, { direction: isBelow ? "bottom" : "top", offset: [right, isBelow ? 22 : -6] });
  tip.update();
};

/** Where the patterns of the drawing are kept; Leaflet makes its drawing with the first shape. @param {L.Map} map */
export const patternsOf = (map) => {
  const drawing = map.getPane("areas")?.querySelector("svg");
  if (!drawing) return null;
  const defs = drawing.querySelector("defs.kradan");
  if (defs) return defs;
  const made = makeSvg("defs", { class: "kradan" }, drawing);
  drawing.insertBefore(made, drawing.firstChild);
  return made;
};

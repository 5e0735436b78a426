/* The shapes of one view of the map (true map or tile grid) as Leaflet layers. */

import { make } from "../shared/dom.js";
import { stepAside } from "./labels.js";

/** @import { Area, AreaFile, AreaProperties, DistrictProperties } from "./types.js" */

const AREA = { fillColor: "#ffffff", fillOpacity: 1, color: "#5b6670", weight: 0.7 };
const OUTLINE = { fill: false, color: "#22303c", weight: 1.8 };
// Names of the nation's provinces cover each other until one comes nearer.
const PROVINCE_NAMES_FROM_ZOOM = 7;

export class AreaSet {
  /**
   * @param {AreaFile} file
   * @param {string[]} missing codes that the file has no shape for; the vector still has their class
   * @param {string} language
   * @param {Record<string, (event: any) => void>} handlers
   */
  constructor(file, missing, language, handlers) {
    /** @type {string[]} */
    this.codes = [...file.features.map((feature) => feature.properties?.c), ...missing].sort();
    /** @type {Map<string, number>} */
    this.order = new Map(this.codes.map((code, index) => [code, index]));
    this.count = file.features.length;
    this.layer = L.geoJSON(
      file,
      /** @type {any} */ ({
        pane: "areas",
        smoothFactor: 0.5,
        style: AREA,
        onEachFeature: (/** @type {unknown} */ _feature, /** @type {L.Layer} */ layer) => layer.on(handlers),
      }),
    );
    /** @type {Map<string, L.LatLng>} */
    this.points = new Map();
    this.each((area) => this.points.set(area.feature.properties.c, area.getBounds().getCenter()));
    const districts = file.districts?.features ?? [];
    const outlined = districts.filter((feature) => feature.geometry);
    const outlines = /** @type {any} */ ({ type: "FeatureCollection", features: outlined });
    this.outline = file.districts && L.geoJSON(outlines, { pane: "outlines", interactive: false, style: OUTLINE });
    this.labels = file.districts && L.layerGroup(districts.map((feature) => labelOf(feature.properties, language)));
    this.labelsFromZoom = outlined.length ? 0 : PROVINCE_NAMES_FROM_ZOOM;
    /** @type {number | null} */
    this.labelledAtZoom = null;
    /** @type {import("./labels.js").LabelBox[]} names in sight, in points of the map's layer */
    this.named = [];
  }

  /** @param {(area: Area) => void} visit */
  each(visit) {
    this.layer.eachLayer((layer) => visit(/** @type {Area} */ (layer)));
  }

  /** @returns {AreaProperties[]} */
  properties() {
    return /** @type {Area[]} */ (this.layer.getLayers()).map((area) => area.feature.properties);
  }

  /** @param {string} prefix */
  boundsOf(prefix) {
    const bounds = L.latLngBounds([]);
    this.each((area) => {
      if (area.feature.properties.c.startsWith(prefix)) bounds.extend(area.getBounds());
    });
    return bounds;
  }

  /** @param {L.Map} map */
  addTo(map) {
    for (const layer of [this.layer, this.outline]) if (layer && !map.hasLayer(layer)) layer.addTo(map);
  }

  /** @param {L.Map} map */
  removeFrom(map) {
    for (const layer of [this.layer, this.outline, this.labels]) if (layer) map.removeLayer(layer);
  }

  /**
   * Show the names that this zoom has room for.
   * @param {L.Map} map
   */
  label(map) {
    if (!this.labels) return;
    if (map.getZoom() < this.labelsFromZoom) {
      map.removeLayer(this.labels);
      return;
    }
    if (!map.hasLayer(this.labels)) this.labels.addTo(map);
    if (this.labelledAtZoom !== map.getZoom()) this.placeLabels(map, this.labels);
  }

  /**
   * @param {L.Map} map
   * @param {L.LayerGroup} labels
   */
  placeLabels(map, labels) {
    this.labelledAtZoom = map.getZoom();
    const names = /** @type {L.Marker[]} */ (labels.getLayers()).map((marker) => {
      const node = /** @type {HTMLElement} */ (marker.getElement()?.firstChild);
      const { x, y } = map.latLngToLayerPoint(marker.getLatLng());
      return { node, box: { x, y, halfWidth: node.offsetWidth / 2, halfHeight: node.offsetHeight * 0.36 } };
    });
    const steps = stepAside(names.map((name) => name.box));
    this.named = [];
    names.forEach(({ node, box }, index) => {
      const step = steps[index];
      node.style.visibility = step === null ? "hidden" : "";
      node.style.marginTop = `${(step ?? 0) * box.halfHeight}px`;
      // with its tone marks and lower vowels, which names may share but a number must not hide
      if (step !== null)
        this.named.push({ ...box, y: box.y + step * box.halfHeight, halfHeight: box.halfHeight * 1.25 });
    });
  }
}

/**
 * @param {any} properties a {@link DistrictProperties}
 * @param {string} language
 */
const labelOf = (properties, language) => {
  const { n, e, lx, ly } = /** @type {DistrictProperties} */ (properties);
  return textMarker([ly, lx], language === "en" ? e || n : n, "kradan-label", [0, 0]);
};

/**
 * Words or a number on the map; they take no clicks.
 * @param {L.LatLngExpression} point
 * @param {string} text
 * @param {string} className
 * @param {L.PointExpression} iconSize
 */
export const textMarker = (point, text, className, iconSize) => {
  const icon = L.divIcon({ className: "", html: make("div", null, text, className), iconSize });
  return L.marker(point, { interactive: false, keyboard: false, pane: "labels", icon });
};

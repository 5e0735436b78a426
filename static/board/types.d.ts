// What the server says to the map (geo/maps/board.py), and what streamlit-folium keeps in the window of its frame.
import type * as Leaflet from "leaflet";
import type { Feature, FeatureCollection } from "geojson";

export interface BoardOptions {
  main: string;
  grid: string;
  bounds: Leaflet.LatLngBoundsLiteral;
  missing: string[];
  lang: string;
  texts: Record<string, string>;
  /** From geo/maps/palette.py: what is drawn whatever the classes are. */
  colors: { stripe: string; edge: string; outline: string; chosen: string; dimmed: number };
}

/** One change of the map; `classes` and `marks` hold one character per subdistrict in code order. */
export interface VectorMessage {
  view: string;
  classes: string;
  styles: Record<string, { color: string; label: string; hatch?: string }>;
  values?: string;
  unit?: string;
  /** Further figures of every subdistrict, each with its unit. */
  more?: [string, string][];
  marks?: string;
  mark_label?: string;
  badges?: [number, number][];
  /** Places in the order of the codes that a dot stands beside. */
  dots?: number[];
  district?: string;
  chosen?: string;
}

type Figures = (number | null)[];
export type Vector = Omit<VectorMessage, "values" | "more"> & {
  values: Figures;
  more: { figures: Figures; unit: string }[];
};

/** c code, n and e its Thai and English name, d and f those of its district. */
export interface AreaProperties {
  c: string;
  n: string;
  e?: string;
  d?: string;
  f?: string;
}
export type DistrictProperties = AreaProperties & { lx: number; ly: number };
export type AreaFile = FeatureCollection & { districts?: FeatureCollection };
export type Area = Leaflet.Polygon & { feature: Feature & { properties: AreaProperties } };

declare global {
  interface Window {
    kradanBoard: (map: Leaflet.Map, options: BoardOptions | string) => void;
    kradanPaint: (message: VectorMessage) => Leaflet.LayerGroup;
    __GLOBAL_DATA__: Record<string, unknown>;
    Streamlit: { setComponentValue: (value: unknown) => void };
  }
}

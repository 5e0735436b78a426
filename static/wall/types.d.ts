// What the server says to the wall (pages/meeting/wall.py): everything once, in words.

import type { DecisionQueue } from "./decisions.js";

export interface LegendRow {
  k: string;
  label: string;
  color: string;
  hatch?: string | null;
  stripe?: boolean | string | null;
  count: number;
}

/** A register that may lie over any view: a number and the letter of a status per subdistrict, in code order. */
export interface Layer {
  name: string;
  label: string;
  /** Words of its five counts. */
  heads: string[];
  numbers: number[];
  status: string;
  unplaced: number;
}

/** Where codes lead: the beginning of the address (empty: no telephone can open it), and the rest by view or place. */
export interface WallLinks {
  begin: string;
  shorts: Record<string, string>;
}

/** One view of the storyboard or one answer; `classes` and `marks` hold one character per subdistrict in code order. */
export interface Step {
  view: string;
  /** The register that the storyboard lays over it. */
  over?: string;
  title: string;
  ask: string;
  /** How long it is meant to be shown; 0 for an answer to a question, which takes the time it takes. */
  seconds: number;
  note: string;
  question?: string;
  classes: string;
  marks: string | null;
  legend: LegendRow[];
  figures: [string, string][];
  /** What each figure counts, in their order; empty for one without a name. */
  meanings?: string[];
  /** Words, value in words, length, share drawn in the colour of "as asked". */
  bars: [string, string, number, (number | null)?][];
  badges: Record<string, number> | null;
  focus: string[];
  /** Name, district or why it is there, the figure that the list is ordered by. */
  places: [string, string, string][];
  head: string;
  districts?: string[];
  bases: string[];
  foot: string;
}

export interface Card {
  big: [string, string][];
  lines: [string, string][];
  top: [string, string][];
  nobody: string;
  foot: string;
}

export interface WallGeometry {
  main: string;
  grid: string;
  missing: string[];
  texts: { main: string; grid: string };
}

export interface Decision {
  key: string;
  who: string;
  what: string;
  due?: string | null;
  due_text?: string;
  area?: string | null;
  step?: string;
  meeting?: string;
  province?: string;
  /** Why the server has not stored it. */
  why?: string;
}

export interface WallData {
  id: string;
  lang: string;
  meeting: string;
  province: string;
  codes: string[];
  /** By code of a subdistrict or of a district: name, name of the district, English name. */
  names: Record<string, string[]>;
  geometry: WallGeometry;
  /** From geo/maps/palette.py: what is drawn whatever the classes are. */
  colors: { stripe: string };
  steps: Step[];
  questions: Step[];
  layers: Layer[];
  links?: WallLinks;
  sources: { base: string; cells: string[] }[];
  cards: Record<string, Card>;
  texts: Record<string, string> & { source_heads: string[]; decide_days: [number, string][] };
  keys: [string, string][];
  decisions: Decision[];
  /** Keys of decisions that were stored, whatever became of them. */
  stored: string[];
  /** Why decisions were not stored, by key. */
  refused: Record<string, string>;
}

/** What the dialogs ask of the wall behind them. */
export interface WallControl {
  data: WallData;
  chosen: string[];
  /** The places that the wall speaks of now. */
  spoken(): string[];
  focus(): void;
  ask(index: number): void;
  /** The register on the map, empty for none. */
  over: string;
  lay(name: string): void;
  /** Code of the subdistrict under discussion or of the district in sight, else the view. */
  inSight(): string;
  /** The short mark of what is in sight. */
  short(): string | null;
  queue: DecisionQueue;
  /** Note a decision; `before` is the key of a refused one that it replaces. */
  note(decision: Omit<Decision, "key">, before?: string): void;
  draw(): void;
}

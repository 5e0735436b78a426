/** Time per view of a meeting of so many minutes: how long the view on the wall has been shown, of how long it has. */

/** @param {number} seconds */
const clockOf = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

export class Pace {
  constructor() {
    /** @type {Map<string, number>} seconds that each view was shown before the present time it is */
    this.spent = new Map();
    this.view = "";
    this.since = 0;
  }

  /** Another view is on the wall; the time starts with the first. @param {string} view @param {number} now milliseconds */
  show(view, now) {
    if (view === this.view) return;
    if (this.view) this.spent.set(this.view, this.on(this.view, now));
    this.view = view;
    this.since = now;
  }

  /** Seconds that a view has been shown in all. @param {string} view @param {number} now */
  on(view, now) {
    return (this.spent.get(view) ?? 0) + (view === this.view ? (now - this.since) / 1000 : 0);
  }

  /** `0:42 / 0:55`, and whether the time of the view is over. @param {number} seconds planned @param {number} now */
  words(seconds, now) {
    const shown = this.on(this.view, now);
    return { text: `${clockOf(shown)} / ${clockOf(seconds)}`, isOver: shown > seconds };
  }
}

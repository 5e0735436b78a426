/* Decisions noted at the wall: kept in this browser until the server says that it has them. */

/** @import { Decision } from "./types.js" */

const QUEUE = "kradan-decisions";

/** A key that no other decision has. */
export const newKey = () => crypto.randomUUID?.() ?? `${String(Math.random()).slice(2)}${Date.now()}`;

/** Without a storage of the browser the queue lives as long as the page. */
export class DecisionQueue {
  /** @param {Pick<Storage, "getItem" | "setItem">} [storage] */
  constructor(storage) {
    this.storage = storage;
    /** @type {Decision[]} */
    this.unsent = [];
  }

  /** @returns {Decision[]} */
  read() {
    try {
      return JSON.parse((this.storage ?? localStorage).getItem(QUEUE) || "[]");
    } catch {
      return this.unsent;
    }
  }

  /** @param {Decision[]} decisions */
  keep(decisions) {
    this.unsent = decisions;
    try {
      (this.storage ?? localStorage).setItem(QUEUE, JSON.stringify(decisions));
    } catch {
      /* kept in memory */
    }
  }

  /** Those that the server refused. */
  refused() {
    return this.read().filter(({ why }) => why);
  }

  /** @param {Decision} decision */
  add(decision) {
    this.keep([...this.read(), decision]);
  }

  /**
   * Forget what the server has; what it refuses stays, with the reason in words. Returns what is left.
   * @param {Iterable<string>} stored keys
   * @param {Record<string, string>} [refused] reasons by key
   */
  settle(stored, refused = {}) {
    const settled = new Set(stored);
    const left = this.read()
      .filter(({ key }) => !settled.has(key))
      .map((decision) => (decision.key in refused ? { ...decision, why: refused[decision.key] } : decision));
    this.keep(left);
    return left;
  }
}

/* As much of a DOM as building SVG nodes asks for. */

export class FakeNode {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.attributes = {};
    this.children = [];
    this.ownerDocument = { createElementNS: (_space, child) => new FakeNode(child) };
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  getAttribute(name) {
    return this.attributes[name] ?? null;
  }

  appendChild(child) {
    this.children.push(child);
  }

  querySelector(selector) {
    return this.children.find((child) => `#${child.attributes.id}` === selector) ?? null;
  }

  querySelectorAll(selector) {
    return this.children.filter((child) => child.name === selector);
  }
}

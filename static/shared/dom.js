/* Building nodes. Text from data is set with textContent, never as HTML. */

export const SVG = "http://www.w3.org/2000/svg";

/**
 * A new HTML element at the end of `parent`.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Element | null} [parent]
 * @param {string | null} [text]
 * @param {string} [className]
 * @returns {HTMLElementTagNameMap[Name]}
 */
export const make = (name, parent = null, text = null, className = "") => {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== null) element.textContent = text;
  parent?.appendChild(element);
  return element;
};

/**
 * A new SVG element with attributes at the end of `parent`.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} attributes
 * @param {Element} parent
 * @returns {SVGElementTagNameMap[Name]}
 */
export const makeSvg = (name, attributes, parent) => {
  const element = /** @type {SVGElementTagNameMap[Name]} */ (parent.ownerDocument.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  parent.appendChild(element);
  return element;
};

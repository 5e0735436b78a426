/* A picture of a map as it stands: title, shapes, names, legend and source as one SVG, made in the browser. */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1600;
const EDGE = 40;
const LEGEND = 460;
const INK = "#14202b";
const FONT = "Sarabun, 'Noto Sans Thai', sans-serif";

/**
 * Lines of at most so many letters, broken at spaces where there are any.
 * @param {string} text
 * @param {number} most
 */
export const wrap = (text, most) => {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + word.length < most) lines[lines.length - 1] = `${last} ${word}`;
    else for (let from = 0; from < word.length; from += most) lines.push(word.slice(from, from + most));
  }
  return lines;
};

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {Element | null} parent
 * @param {string} [text]
 */
const draw = (name, attributes, parent, text) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  parent?.appendChild(element);
  return element;
};

/**
 * Lines of text one under the other; returns where the next one begins.
 * @param {Element} parent
 * @param {string[]} lines
 * @param {{ x: number, y: number, size: number, weight?: number, fill?: string }} at
 */
const write = (parent, lines, { x, y, size, weight = 400, fill = INK }) => {
  lines.forEach((line, index) =>
    draw(
      "text",
      { x, y: y + size * (1.1 + 1.5 * index), "font-size": size, "font-weight": weight, fill },
      parent,
      line,
    ),
  );
  return y + size * 1.5 * lines.length;
};

/** The part of the page that a map stands in: twin maps have a column with words of their own. @param {HTMLElement} frame */
const partOf = (frame) => {
  const column = frame.closest(".st-key-twins [data-testid='stColumn']");
  return { side: column?.querySelector("h2")?.textContent ?? "", around: column ?? document };
};

/**
 * Shapes, names and numbers of a map at this place and size.
 * @param {HTMLIFrameElement} frame
 * @param {Element} parent
 * @param {{ x: number, y: number, width: number }} at
 */
const drawMap = (frame, parent, { x, y, width }) => {
  const inside = /** @type {Document} */ (frame.contentDocument);
  const box = /** @type {HTMLElement} */ (inside.querySelector(".leaflet-container")).getBoundingClientRect();
  if (!box.width) return 0; // a sheet of its own is printed, and the map is not in sight
  const scale = width / box.width;
  const map = draw(
    "svg",
    { x, y, width, height: box.height * scale, viewBox: `0 0 ${box.width} ${box.height}` },
    parent,
  );
  draw("rect", { width: box.width, height: box.height, fill: "#dfe9ef" }, map);
  for (const pane of inside.querySelectorAll(".leaflet-areas-pane svg, .leaflet-outlines-pane svg")) {
    const place = pane.getBoundingClientRect();
    const copy = /** @type {SVGElement} */ (document.importNode(pane, true));
    copy.removeAttribute("style");
    copy.removeAttribute("class");
    for (const [key, value] of Object.entries({ x: place.x - box.x, y: place.y - box.y }))
      copy.setAttribute(key, `${value}`);
    map.appendChild(copy);
  }
  for (const label of inside.querySelectorAll(".kradan-label, .kradan-badge")) {
    const style = /** @type {Window} */ (inside.defaultView).getComputedStyle(label);
    if (style.visibility === "hidden") continue;
    const place = label.getBoundingClientRect();
    const [middle, centre] = [place.x - box.x + place.width / 2, place.y - box.y + place.height / 2];
    const isBadge = label.classList.contains("kradan-badge");
    if (isBadge) draw("circle", { cx: middle, cy: centre, r: place.width / 2, fill: "#7a1f4e", stroke: "#fff" }, map);
    /** @type {Record<string, string | number>} */
    const halo = isBadge
      ? {}
      : { stroke: "#fff", "stroke-width": 4, "paint-order": "stroke", "stroke-linejoin": "round" };
    const letters = {
      "font-size": style.fontSize,
      "font-weight": 700,
      "text-anchor": "middle",
      fill: isBadge ? "#fff" : INK,
    };
    draw("text", { x: middle, y: centre + 5, ...letters, ...halo }, map, label.textContent ?? "");
  }
  return box.height * scale;
};

/** @param {Element} swatch @param {number} x @param {number} y @param {Element} entry */
const drawDot = (swatch, x, y, entry) => {
  if (!swatch.classList.contains("kradan-dot")) return;
  draw("circle", { cx: x + 19, cy: y + 16, r: 4.5, fill: "#22303c" }, entry);
};

/**
 * The legend of a map; entries that are not looked at stand back as on the page.
 * @param {ParentNode} around
 * @param {Element} parent
 * @param {number} top
 */
const drawLegend = (around, parent, top) => {
  const x = WIDTH - EDGE - LEGEND;
  let y = top;
  const list = around.querySelector(".kradan-legend") ?? document.querySelector(".kradan-legend");
  for (const [index, item] of [...(list?.querySelectorAll("li") ?? [])].entries()) {
    const entry = draw("g", { opacity: item.querySelector(".kradan-faded") ? 0.35 : 1 }, parent);
    const swatch = /** @type {HTMLElement} */ (item.querySelector(".kradan-swatch"));
    const { backgroundColor } = window.getComputedStyle(swatch);
    const isStripe = swatch.classList.contains("kradan-stripe");
    const line = isStripe ? "#5f6b76" : swatch.style.getPropertyValue("--line");
    draw(
      "rect",
      { x, y: y + 4, width: 38, height: 24, fill: isStripe ? "#fff" : backgroundColor, stroke: "#5b6670" },
      entry,
    );
    drawDot(swatch, x, y, entry);
    if (line) {
      const turn = `rotate(${isStripe ? -45 : 45})`;
      const size = { width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: turn };
      const pattern = draw("pattern", { id: `legend-${index}`, ...size }, entry);
      draw("rect", { width: isStripe ? 3 : 1.6, height: 8, fill: line }, pattern);
      draw("rect", { x, y: y + 4, width: 38, height: 24, fill: `url(#legend-${index})` }, entry);
    }
    const number = item.querySelector("b")?.textContent ?? "";
    draw(
      "text",
      { x: WIDTH - EDGE, y: y + 24, "font-size": 22, "font-weight": 700, "text-anchor": "end", fill: INK },
      entry,
      number,
    );
    y = write(entry, wrap(item.querySelector("span")?.textContent ?? "", 34), { x: x + 50, y, size: 22 }) + 6;
  }
  return y;
};

/**
 * The picture of a map, without its letters; on paper the page around it says title and notes.
 * @param {HTMLIFrameElement} frame
 * @param {{ isAlone: boolean }} [how]
 */
export const pictureOf = (frame, { isAlone } = { isAlone: true }) => {
  const { side, around } = partOf(frame);
  const words = (/** @type {string} */ selector) => document.querySelector(selector)?.textContent?.trim() ?? "";
  const picture = draw("svg", { xmlns: SVG, viewBox: `0 0 ${WIDTH} 100`, "font-family": FONT }, null);
  const ground = draw("rect", { width: WIDTH, height: 100, fill: "#fff" }, picture);
  const note = words("p.kradan-note");
  const chosen = words("p.kradan-chosen");
  const notes = [side, note, note.includes(chosen) ? "" : chosen, words(".kradan-demo")].filter(Boolean);
  let y = 24;
  if (isAlone) {
    y = write(picture, wrap(words("h1.kradan-title"), 84), { x: EDGE, y, size: 36, weight: 700 });
    y =
      write(
        picture,
        notes.flatMap((line) => wrap(line, 150)),
        { x: EDGE, y, size: 20, fill: "#3c4a56" },
      ) + 16;
  } else if (side) y = write(picture, [side], { x: EDGE, y, size: 30, weight: 700 }) + 10;
  const legend = drawLegend(around, picture, y);
  const width = WIDTH - 2 * EDGE - LEGEND - 30;
  const map = y + drawMap(frame, picture, { x: EDGE, y, width });
  const remark = frame.contentDocument?.querySelector(".kradan-note")?.textContent ?? "";
  const credit = words("p.kradan-credit > span");
  const day = new Date().toLocaleDateString(document.documentElement.lang === "en" ? "en-GB" : "th-TH", {
    dateStyle: "long",
  });
  const source = [words(".kradan-board > span"), remark, credit, day].filter(Boolean).join(" · ");
  y = write(picture, wrap(source, 150), { x: EDGE, y: Math.max(legend, map) + 12, size: 20, fill: "#3c4a56" }) + 24;
  picture.setAttribute("viewBox", `0 0 ${WIDTH} ${Math.ceil(y)}`);
  ground.setAttribute("height", String(Math.ceil(y)));
  return { picture, width: WIDTH, height: Math.ceil(y) };
};

/** @param {string} weight */
const letters = async (weight) => {
  const file = await fetch(new URL(`app/static/vendor/fonts/Sarabun-${weight}.ttf`, document.baseURI));
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  const face = `font-family:Sarabun;font-weight:${weight === "Bold" ? 700 : 400}`;
  return `@font-face{${face};src:url(data:font/ttf;base64,${window.btoa(text)})}`;
};

/** @param {Blob} content @param {string} name */
const save = (content, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};

/**
 * Save the picture: `svg`, or `png` at twice the size, for a slide or a letter.
 * @param {HTMLIFrameElement} frame
 * @param {string} form
 */
export const savePicture = async (frame, form) => {
  const { picture, width, height } = pictureOf(frame);
  draw("style", {}, picture, (await Promise.all(["Regular", "Bold"].map(letters))).join(""));
  picture.setAttribute("width", String(width));
  picture.setAttribute("height", String(height));
  const drawn = new window.Blob([new window.XMLSerializer().serializeToString(picture)], { type: "image/svg+xml" });
  const name = `kradan-${location.pathname.split("/").pop() || "overview"}`;
  if (form === "svg") {
    save(drawn, `${name}.svg`);
    return;
  }
  const image = new window.Image();
  image.src = URL.createObjectURL(drawn);
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 2 * width, height: 2 * height });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((made) => made && save(made, `${name}.png`), "image/png");
  URL.revokeObjectURL(image.src);
};

/** On paper a map is its picture: a frame would come out empty or cut. @param {HTMLIFrameElement[]} frames */
export const printMaps = (frames) => {
  for (const frame of frames) {
    if (!frame.contentDocument?.querySelector("[data-painted]") && !frame.contentDocument?.body.dataset.painted)
      continue;
    const { picture } = pictureOf(frame, { isAlone: false });
    picture.setAttribute("class", "kradan-printed");
    frame.after(picture);
    window.addEventListener("afterprint", () => picture.remove(), { once: true });
  }
};

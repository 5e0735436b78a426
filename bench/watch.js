/* Runs in the page under test: what is painted now, and how long a change takes until it is painted. */
window.kradanWatch = {
  frame() {
    const frame = document.querySelector('iframe[src*="st_folium"]');
    return frame && frame.contentDocument;
  },
  fills(root, selector) {
    const paths = root ? [...root.querySelectorAll(selector)] : [];
    return { count: paths.length, sign: paths.map((p) => p.getAttribute("fill") || p.style.fill).join() };
  },
  state: {
    board() {
      const doc = kradanWatch.frame(), body = doc && doc.body;
      if (!body || !body.getAttribute("data-painted")) return { count: 0, sign: "" };
      return { count: Number(body.getAttribute("data-painted")), sign: body.getAttribute("data-classes") };
    },
    tutorial() { return kradanWatch.fills(kradanWatch.frame(), "path.leaflet-interactive"); },
    plotly_map() { return kradanWatch.fills(document, ".choroplethlayer path"); },
    floor() {
      const node = document.querySelector('[data-testid="stMarkdown"]');
      return { count: node ? 170 : 0, sign: node ? node.textContent : "" };
    },
    deck() {
      const canvas = document.querySelector('[data-testid="stDeckGlJsonChart"] canvas');
      if (!canvas || !canvas.width) return { count: 0, sign: "" };
      const small = document.createElement("canvas");
      small.width = 48; small.height = 32;
      const pen = small.getContext("2d", { willReadFrequently: true });
      pen.drawImage(canvas, 0, 0, 48, 32);
      const data = pen.getImageData(0, 0, 48, 32).data;
      const seen = new Set();
      for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
      return { count: seen.size > 3 ? 170 : 0, sign: data.join() };
    },
  },
  // Act, then look at every animation frame until the picture is whole and another one than before.
  change(kind, enough, act) {
    const before = this.state[kind]().sign, start = performance.now();
    let blank = 0, last = start;
    return new Promise((done) => {
      const look = () => {
        const now = performance.now(), state = kradanWatch.state[kind]();
        if (state.count < enough) blank += now - last;
        last = now;
        if (state.count >= enough && state.sign && state.sign !== before) return done({ ms: now - start, blank });
        if (now - start > 60000) return done(null);
        requestAnimationFrame(look);
      };
      act();
      requestAnimationFrame(look);
    });
  },
  // Click a shape, then look at every animation frame until another text stands in the place for details.
  details(selector) {
    const doc = this.frame(), path = doc.querySelectorAll("path.leaflet-interactive")[60], box = path.getBoundingClientRect();
    const read = () => { const node = document.querySelector(selector); return node ? node.textContent : ""; };
    const before = read(), start = performance.now();
    const where = { bubbles: true, cancelable: true, view: doc.defaultView, clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
    ["mousedown", "mouseup", "click"].forEach((kind) => path.dispatchEvent(new MouseEvent(kind, where)));
    return new Promise((done) => {
      const look = () => {
        if (read() && read() !== before) return done(performance.now() - start);
        if (performance.now() - start > 20000) return done(null);
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  },
  pick(kind, enough, index) {
    const option = document.querySelectorAll('[role="option"]')[index];
    return this.change(kind, enough, () => option.click());
  },
};
{
  // A WebGL picture can only be read back when its buffer is kept.
  const original = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (type, options) {
    return original.call(this, type, type.startsWith("webgl") ? { ...options, preserveDrawingBuffer: true } : options);
  };
}

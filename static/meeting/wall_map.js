/* The wall's map: one SVG path per subdistrict. True map and tile grid are two shapes of the same path, so one flows
   into the other; a step changes only fills. Geometry is fetched once; every text is set as textContent. */
(function () {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg", MORPH_MS = 450, ZOOM_MS = 350;
  var still = window.matchMedia("(prefers-reduced-motion: reduce)");

  function node(name, attributes, parent) {
    var made = document.createElementNS(SVG, name);
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (parent) parent.appendChild(made);
    return made;
  }

  function mercator(point) {
    return [point[0] * Math.PI / 180, -Math.log(Math.tan(Math.PI / 4 + point[1] * Math.PI / 360))];
  }

  function rings(geometry) {
    var polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.map(function (polygon) { return polygon.map(function (ring) { return ring.map(mercator); }); });
  }

  function area(ring) {
    for (var sum = 0, i = 0; i < ring.length - 1; i++) sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
    return sum / 2;
  }

  function centre(ring) {
    var total = area(ring), x = 0, y = 0;
    if (!total) return ring[0];
    for (var i = 0; i < ring.length - 1; i++) {
      var cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
      x += (ring[i][0] + ring[i + 1][0]) * cross; y += (ring[i][1] + ring[i + 1][1]) * cross;
    }
    return [x / (6 * total), y / (6 * total)];
  }

  function largest(polygons) {
    return polygons.reduce(function (best, one) { return Math.abs(area(one[0])) > Math.abs(area(best[0])) ? one : best; })[0];
  }

  function Shapes(data, missing) {
    var self = this;
    this.areas = {}; this.outlines = {};
    data.features.forEach(function (f) { self.areas[f.properties.c] = rings(f.geometry); });
    (data.districts ? data.districts.features : []).forEach(function (f) { self.outlines[f.properties.c] = rings(f.geometry); });
    this.missing = missing || [];
  }

  Shapes.prototype.fit = function (width, height, pad) {
    var box = [Infinity, Infinity, -Infinity, -Infinity], areas = this.areas;
    Object.keys(areas).forEach(function (code) {
      areas[code].forEach(function (polygon) { polygon[0].forEach(function (p) {
        box = [Math.min(box[0], p[0]), Math.min(box[1], p[1]), Math.max(box[2], p[0]), Math.max(box[3], p[1])];
      }); });
    });
    var k = Math.min((width - 2 * pad) / (box[2] - box[0]), (height - 2 * pad) / (box[3] - box[1]));
    var dx = (width - k * (box[2] - box[0])) / 2 - k * box[0], dy = (height - k * (box[3] - box[1])) / 2 - k * box[1];
    return function (p) { return [k * p[0] + dx, k * p[1] + dy]; };
  };

  function text(points) {
    return "M" + points.map(function (p) { return p[0].toFixed(1) + " " + p[1].toFixed(1); }).join("L") + "Z";
  }

  function full(polygons, at) {
    return polygons.map(function (polygon) { return polygon.map(function (ring) { return text(ring.map(at)); }).join(""); }).join("");
  }

  /* For every point of one ring a point on the other, walking both round the same way from the same side. */
  function partners(from, to) {
    var middle = centre(to), start = 0, best = Infinity, own = centre(from), first = from[0];
    var wanted = Math.atan2(first[1] - own[1], first[0] - own[0]);
    var other = area(from) * area(to) < 0 ? to.slice().reverse() : to.slice();
    other.forEach(function (p, i) {
      var turn = Math.abs(Math.atan2(Math.sin(Math.atan2(p[1] - middle[1], p[0] - middle[0]) - wanted), Math.cos(Math.atan2(p[1] - middle[1], p[0] - middle[0]) - wanted)));
      if (turn < best && i < other.length - 1) { best = turn; start = i; }
    });
    other = other.slice(start, -1).concat(other.slice(0, start + 1));
    function walk(ring) {
      var along = [0];
      for (var i = 1; i < ring.length; i++) along.push(along[i - 1] + Math.hypot(ring[i][0] - ring[i - 1][0], ring[i][1] - ring[i - 1][1]));
      return along;
    }
    var a = walk(from), b = walk(other), j = 0;
    return from.map(function (p, i) {
      var want = a[i] / (a[a.length - 1] || 1) * b[b.length - 1];
      while (j < b.length - 2 && b[j + 1] < want) j++;
      var part = (want - b[j]) / ((b[j + 1] - b[j]) || 1);
      return [other[j][0] + part * (other[j + 1][0] - other[j][0]), other[j][1] + part * (other[j + 1][1] - other[j][1])];
    });
  }

  function WallMap(host, options) {
    this.host = host; this.options = options; this.mode = "main"; this.zoom = null; this.paints = 0;
    this.svg = node("svg", { role: "img", "aria-labelledby": "title" }, host);
    this.defs = node("defs", {}, this.svg);
    this.world = node("g", {}, this.svg);
    this.top = node("g", {}, this.svg);
    this.note = document.createElement("div");
    this.note.className = "note";
    host.appendChild(this.note);
    this.paths = {}; this.lines = {}; this.view = [1, 0, 0]; this.part = 0; this.turns = {};
  }

  WallMap.prototype.load = function () {
    var self = this, o = this.options;
    // The tiles of a province seen for the first time are still being laid out: they are asked for again.
    function get(name, again) {
      return fetch(o[name], again ? { cache: "reload" } : {}).then(function (answer) {
        if (answer.ok) return answer.json();
        if (name !== "grid" || answer.status !== 404 || again >= 60) throw new Error(String(answer.status));
        return new Promise(function (done) { setTimeout(done, 1000); }).then(function () { return get(name, (again || 0) + 1); });
      });
    }
    return Promise.all([get("main"), get("grid")]).then(function (found) {
      self.shapes = { main: new Shapes(found[0], o.missing), grid: new Shapes(found[1]) };
      o.codes.forEach(function (code) {
        var path = self.paths[code] = node("path", { "class": "area", "data-code": code, fill: "#fff" }, self.world);
        path.addEventListener("click", function () { o.pick(code); });
      });
      Object.keys(self.shapes.grid.outlines).forEach(function (code) { self.lines[code] = node("path", { "class": "outline" }, self.world); });
      self.layout();
      new ResizeObserver(function () { self.layout(); }).observe(self.host);
    });
  };

  WallMap.prototype.layout = function () {
    if (!this.shapes) return;
    var box = this.host.getBoundingClientRect(), self = this;
    if (!box.width || !box.height) return;
    this.width = box.width; this.height = box.height;
    this.at = { main: this.shapes.main.fit(box.width, box.height, box.height * .02), grid: this.shapes.grid.fit(box.width, box.height, box.height * .02) };
    this.flow = {};
    this.options.codes.forEach(function (code) {
      var own = self.shapes.main.areas[code], cell = largest(self.shapes.grid.areas[code]).map(self.at.grid);
      var ring = own ? largest(own).map(self.at.main) : cell;
      self.flow[code] = [ring, partners(ring, cell)];
    });
    this.settle();
    if (this.zoom) this.zoomTo(this.zoom, true); else this.place([1, 0, 0]);
  };

  WallMap.prototype.settle = function () {
    var self = this, mode = this.mode;
    this.options.codes.forEach(function (code) {
      var polygons = self.shapes[mode].areas[code];
      self.paths[code].setAttribute("d", polygons ? full(polygons, self.at[mode]) : "");
    });
    Object.keys(this.lines).forEach(function (code) {
      var polygons = self.shapes[mode].outlines[code];
      self.lines[code].setAttribute("d", polygons ? full(polygons, self.at[mode]) : "");
      self.lines[code].style.opacity = 1;
    });
    this.note.textContent = mode === "grid" ? this.options.texts.grid : this.options.texts.main;
    this.note.style.display = this.note.textContent ? "" : "none";
    document.body.setAttribute("data-mode", mode);
  };

  /* One movement of a kind at a time: a zoom never stops the map half-way between true map and tiles. */
  WallMap.prototype.animate = function (kind, milliseconds, draw, done) {
    var self = this, began = performance.now(), turn = this.turns[kind] = (this.turns[kind] || 0) + 1;
    if (still.matches || document.hidden) { draw(1); done(); return; }
    (function frame(now) {
      if (turn !== self.turns[kind]) return;
      var t = Math.min(1, Math.max(0, (now - began) / milliseconds)), eased = t < .5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t);
      draw(eased);
      if (t < 1) requestAnimationFrame(frame); else done();
    })(began);
  };

  /* True map <-> tile grid: every outline flows into the other, from wherever it is; the zoomed district stays in sight. */
  WallMap.prototype.show = function (mode) {
    if (mode === this.mode || !this.shapes) return;
    var self = this, codes = this.options.codes, begin = this.part, end = mode === "grid" ? 1 : 0;
    this.mode = mode;
    var from = this.view, to = this.target(this.zoom), zooms = this.turns.zoom;
    Object.keys(this.lines).forEach(function (code) { self.lines[code].style.opacity = 0; });
    this.top.textContent = "";
    this.animate("morph", MORPH_MS, function (t) {
      var part = self.part = begin + t * (end - begin);
      codes.forEach(function (code) {
        var from = self.flow[code][0], to = self.flow[code][1], d = "";
        for (var i = 0; i < from.length; i++)
          d += (i ? "L" : "M") + (from[i][0] + part * (to[i][0] - from[i][0])).toFixed(1) + " " + (from[i][1] + part * (to[i][1] - from[i][1])).toFixed(1);
        self.paths[code].setAttribute("d", d + "Z");
      });
      if (self.turns.zoom === zooms) self.place(from.map(function (value, i) { return value + t * (to[i] - value); }));
    }, function () { self.settle(); self.labels(); });
  };

  WallMap.prototype.place = function (view) {
    this.view = view;
    this.world.setAttribute("transform", "translate(" + view[1].toFixed(2) + " " + view[2].toFixed(2) + ") scale(" + view[0].toFixed(4) + ")");
    this.defs.querySelectorAll("pattern").forEach(function (p) { p.setAttribute("patternTransform", p.getAttribute("data-turn") + " scale(" + (1 / view[0]).toFixed(4) + ")"); });
  };

  WallMap.prototype.target = function (district) {
    if (!district) return [1, 0, 0];
    var box = [Infinity, Infinity, -Infinity, -Infinity], self = this;
    this.options.codes.forEach(function (code) {
      var polygons = code.slice(0, 4) === district && self.shapes[self.mode].areas[code];
      (polygons || []).forEach(function (polygon) { polygon[0].forEach(function (q) {
        var p = self.at[self.mode](q);
        box = [Math.min(box[0], p[0]), Math.min(box[1], p[1]), Math.max(box[2], p[0]), Math.max(box[3], p[1])];
      }); });
    });
    var k = Math.min(12, .86 * Math.min(this.width / (box[2] - box[0]), this.height / (box[3] - box[1])));
    return [k, this.width / 2 - k * (box[0] + box[2]) / 2, this.height / 2 - k * (box[1] + box[3]) / 2];
  };

  WallMap.prototype.zoomTo = function (district, atOnce) {
    if (!this.shapes) return;
    var self = this, from = this.view, to = this.target(district);
    this.zoom = district;
    document.body.setAttribute("data-zoom", district || "");
    this.options.codes.forEach(function (code) { self.paths[code].classList.toggle("dim", !!district && code.slice(0, 4) !== district); });
    if (atOnce) { this.turns.zoom = (this.turns.zoom || 0) + 1; this.place(to); this.labels(); return; }
    this.top.textContent = "";
    this.animate("zoom", ZOOM_MS, function (t) {
      self.place(from.map(function (value, i) { return value + t * (to[i] - value); }));
    }, function () { self.place(to); self.labels(); });
  };

  WallMap.prototype.pattern = function (id, ground, line, turn, size, width) {
    if (!this.defs.querySelector("#" + id)) {
      var p = node("pattern", { id: id, width: size, height: size, patternUnits: "userSpaceOnUse", "data-turn": turn, patternTransform: turn + " scale(" + 1 / this.view[0] + ")" }, this.defs);
      node("rect", { width: size, height: size, fill: ground }, p);
      node("rect", { width: width, height: size, fill: line }, p);
    }
    return "url(#" + id + ")";
  };

  WallMap.prototype.paint = function (step, chosen) {
    var self = this, styles = {};
    if (!this.shapes) return;
    this.step = step; this.chosen = chosen;
    step.legend.forEach(function (row) { if (row.k) styles[row.k] = row; });
    this.options.codes.forEach(function (code, i) {
      var style = styles[step.classes[i]] || { color: "#ffffff" }, path = self.paths[code], fill = style.color;
      if (style.hatch) fill = self.pattern("h" + style.color.slice(1) + style.hatch.slice(1), style.color, style.hatch, "rotate(45)", 8, 1.8);
      else if (step.marks && step.marks[i] === "1") fill = self.pattern("s" + style.color.slice(1), style.color, "#5f6b76", "rotate(-45)", 11, 3);
      if (path.getAttribute("fill") !== fill) path.setAttribute("fill", fill);
      path.classList.toggle("chosen", chosen.indexOf(code) >= 0);
    });
    chosen.forEach(function (code) { if (self.paths[code]) self.world.appendChild(self.paths[code]); });
    this.labels();
    document.body.setAttribute("data-painted", String(this.options.codes.length));
    document.body.setAttribute("data-classes", step.classes);
    document.body.setAttribute("data-paint", String(++this.paints));
  };

  /* At most seven names; the place under discussion always has one. Four digits name a district. */
  WallMap.prototype.named = function () {
    var zoom = this.zoom, wanted = this.chosen.concat(this.step.districts || [], this.step.focus);
    if (zoom) wanted = wanted.concat(this.options.codes).filter(function (code) { return code.slice(0, 4) === zoom && code.length > 4; });
    return wanted.filter(function (code, i) { return wanted.indexOf(code) === i; }).slice(0, 7);
  };

  /* Where a place stands on the screen, and points along its border: a name must not hide what it names. */
  WallMap.prototype.spot = function (code) {
    var shapes = this.shapes[this.mode], polygons = code.length > 4 ? shapes.areas[code] : shapes.outlines[code], view = this.view, at = this.at[this.mode];
    if (!polygons || !polygons.length) return null;
    function screen(q) { var p = at(q); return [view[0] * p[0] + view[1], view[0] * p[1] + view[2]]; }
    var ring = largest(polygons), points = ring.filter(function (q, i) { return i % Math.ceil(ring.length / 40) === 0; }).map(screen);
    var middle = screen(centre(ring)), xs = points.map(function (p) { return p[0]; }), ys = points.map(function (p) { return p[1]; });
    return { at: middle, points: points.concat([middle]), wide: Math.max.apply(null, xs) - Math.min.apply(null, xs), high: Math.max.apply(null, ys) - Math.min.apply(null, ys) };
  };

  WallMap.prototype.badges = function (size) {
    var self = this, numbers = this.step.badges || {}, taken = [], r = size * .62;
    Object.keys(numbers).filter(function (code) { return numbers[code] > 1; }).sort(function (a, b) { return numbers[b] - numbers[a]; }).forEach(function (code) {
      var spot = self.zoom && code.slice(0, 4) !== self.zoom ? null : self.spot(code), p = spot && spot.at;
      if (!p || taken.some(function (b) { return Math.hypot(b[0] + r - p[0], b[1] + r - p[1]) < 2 * r; })) return;
      taken.push([p[0] - r, p[1] - r, p[0] + r, p[1] + r]);
      node("circle", { cx: p[0], cy: p[1], r: r, fill: "#7a1f4e", stroke: "#fff", "stroke-width": 1.5, "pointer-events": "none" }, self.top);
      node("text", { x: p[0], y: p[1] + size * .33, "class": "badge", "text-anchor": "middle", "font-size": size * .9 }, self.top).textContent = numbers[code];
    });
    return taken;
  };

  WallMap.prototype.labels = function () {
    var self = this, taken = [], size = Math.max(15, window.innerHeight * .0235), spots = {};
    this.top.textContent = "";
    if (!this.step) return;
    var badges = this.badges(size), named = this.named();
    named.forEach(function (code) { spots[code] = self.spot(code); });
    named.forEach(function (code) {
      var spot = spots[code];
      if (!spot) return;
      var label = node("text", { "class": "label", "font-size": size, "data-code": code }, this.top);
      label.textContent = this.options.names[code][0];
      var width = label.getComputedTextLength() + size * .5, height = size * 1.6;
      var roomy = spot.wide > width && spot.high > height * 1.5;
      var found = this.free(spot.at, width, height, taken, badges, named.filter(function (other) { return spots[other] && !(other === code && roomy); }).map(function (other) { return spots[other].points; }));
      taken.push(found.box);
      label.setAttribute("x", found.x - width / 2 + size * .25);
      label.setAttribute("y", found.y + size * .34);
      if (!found.away) return;
      var edge = [Math.min(found.box[2], Math.max(found.box[0], spot.at[0])), Math.min(found.box[3], Math.max(found.box[1], spot.at[1]))];
      this.top.insertBefore(node("circle", { "class": "dot", cx: spot.at[0], cy: spot.at[1], r: size * .17 }), this.top.firstChild);
      this.top.insertBefore(node("line", { "class": "leader", x1: spot.at[0], y1: spot.at[1], x2: edge[0], y2: edge[1] }), this.top.firstChild);
    }, this);
  };

  /* The nearest free spot for a name that hides least of the places under discussion and of their numbers. */
  WallMap.prototype.free = function (p, width, height, taken, badges, places) {
    var self = this, rests = this.height * .065, best = null;
    function box(x, y) { return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]; }
    function meets(b, t) { return !(b[2] < t[0] || b[0] > t[2] || b[3] < t[1] || b[1] > t[3]); }
    function cost(b, far) {
      var hidden = 0, numbers = badges.filter(function (t) { return meets(b, t); }).length;
      places.forEach(function (points) {
        hidden += points.filter(function (q) { return q[0] > b[0] && q[0] < b[2] && q[1] > b[1] && q[1] < b[3]; }).length / points.length;
      });
      return far + 9 * hidden + 3 * numbers;
    }
    for (var far = 0; far < 12; far++) {
      for (var turn = 0; turn < (far ? 16 : 1); turn++) {
        var angle = turn * Math.PI / 8, x = p[0] + Math.cos(angle) * (far && width / 2 + far * height * .5), y = p[1] + Math.sin(angle) * far * height * .8, b = box(x, y);
        if (b[0] < 2 || b[1] < 2 || b[2] > self.width - 2 || b[3] > self.height - 2 - rests || taken.some(function (t) { return meets(b, t); })) continue;
        var price = cost(b, far);
        if (!best || price < best.price) best = { x: x, y: y, box: b, away: far > 0, price: price };
      }
      if (best && best.price <= far) break;
    }
    return best || { x: p[0], y: p[1], box: box(p[0], p[1]), away: false };
  };

  window.WallMap = WallMap;
})();

/* The board's map: geometry is fetched once as a static file; each change brings only a short class vector.
   Text from data is set with textContent, never as HTML. */
(function () {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg";
  var board = null;

  function pattern(id, ground, line, kind) {
    var svg = board.map.getPane("areas").querySelector("svg");
    if (!svg) return ground;
    var defs = svg.querySelector("defs.kradan");
    if (!defs) {
      defs = document.createElementNS(SVG, "defs");
      defs.setAttribute("class", "kradan");
      svg.insertBefore(defs, svg.firstChild);
    }
    if (!svg.querySelector("#" + id)) {
      var p = document.createElementNS(SVG, "pattern");
      var size = kind === "hatch" ? 7 : 9;
      var set = { id: id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: kind === "hatch" ? "rotate(45)" : "rotate(-45)" };
      Object.keys(set).forEach(function (k) { p.setAttribute(k, set[k]); });
      [[0, ground, size], [0, line, kind === "hatch" ? 1.4 : 3]].forEach(function (r) {
        var rect = document.createElementNS(SVG, "rect");
        rect.setAttribute("width", r[2]); rect.setAttribute("height", size); rect.setAttribute("fill", r[1]);
        p.appendChild(rect);
      });
      defs.appendChild(p);
    }
    return "url(#" + id + ")";
  }

  function fill(index) {
    var v = board.vector;
    var style = v.styles[v.classes[index]];
    if (!style) return "#ffffff";
    var mark = v.marks ? v.marks[index] : "0";
    if (style.hatch) return pattern("hatch-" + style.color.slice(1), style.color, style.hatch, "hatch");
    if (mark === "1") return pattern("stripe-" + style.color.slice(1), style.color, v.stripe || "#5f6b76", "stripe");
    return style.color;
  }

  function paint() {
    var v = board && board.vector;
    if (!v) return;
    show(v.view);
    var set = board.sets[board.view];
    if (!set || !set.layer) return;
    set.layer.eachLayer(function (layer) {
      var p = layer.feature.properties, i = set.order[p.c];
      var inside = !v.district || p.c.slice(0, 4) === v.district;
      var chosen = v.chosen === p.c;
      layer.setStyle({
        fillColor: fill(i), fillOpacity: inside ? 1 : 0.25,
        color: chosen ? "#b3005e" : "#5b6670", weight: chosen ? 4 : 0.7, opacity: inside || chosen ? 1 : 0.35
      });
      if (chosen) layer.bringToFront();
    });
    badges(set);
    focus(set);
    document.body.setAttribute("data-painted", String(set.count));
    document.body.setAttribute("data-paint", String(++board.paints));
    document.body.setAttribute("data-classes", v.classes);
  }

  function badges(set) {
    board.badges.clearLayers();
    var v = board.vector;
    (v.badges || []).forEach(function (badge) {
      var point = set.points[set.codes[badge[0]]];
      if (!point) return;
      var node = document.createElement("div");
      node.className = "kradan-badge";
      node.textContent = badge[1];
      L.marker(point, { interactive: false, keyboard: false, icon: L.divIcon({ className: "", html: node, iconSize: [26, 26] }), pane: "labels" }).addTo(board.badges);
    });
  }

  function focus(set) {
    var v = board.vector, wanted = v.district || v.chosen || "";
    if (wanted === board.focused && board.focusedView === board.view) return;
    board.focused = wanted; board.focusedView = board.view;
    var bounds = null;
    if (wanted) {
      var prefix = wanted.slice(0, 4);
      set.layer.eachLayer(function (layer) {
        if (layer.feature.properties.c.slice(0, 4) !== prefix) return;
        bounds = bounds ? bounds.extend(layer.getBounds()) : L.latLngBounds(layer.getBounds().getSouthWest(), layer.getBounds().getNorthEast());
      });
    }
    bounds = bounds || set.layer.getBounds();
    fit(bounds, board.view === "grid" ? 10.5 : 13);
  }

  // Where the map was put; until a person moves it, it is put there again when the frame gets its final size.
  function fit(bounds, maxZoom) {
    board.fitting = true;
    board.map.fitBounds(bounds, { animate: false, padding: [8, 8], maxZoom: maxZoom });
    board.fitting = false;
    board.fitted = [bounds, maxZoom];
  }

  function show(view) {
    var kind = view === "grid" && board.options.grid ? "grid" : "main";
    if (board.override) kind = board.override;
    if (board.view !== kind) {
      Object.keys(board.sets).forEach(function (name) {
        var s = board.sets[name];
        [s.layer, s.outline, s.labels].forEach(function (l) { if (l && name !== kind) board.map.removeLayer(l); });
      });
      board.view = kind;
    }
    var set = board.sets[kind];
    if (!set) return load(kind);
    [set.layer, set.outline].forEach(function (l) { if (l && !board.map.hasLayer(l)) l.addTo(board.map); });
    labels();
    note();
  }

  // Names of the nation's provinces cover each other until one comes nearer.
  function labels() {
    var set = board.sets[board.view];
    if (!set || !set.labels) return;
    var wanted = board.map.getZoom() >= set.labelsFrom;
    if (wanted && !board.map.hasLayer(set.labels)) set.labels.addTo(board.map);
    if (!wanted) board.map.removeLayer(set.labels);
    else if (set.placed !== board.map.getZoom()) place(set);
  }

  // Names that would cover each other step aside, up or down; one that finds no room waits until one comes nearer.
  function place(set) {
    set.placed = board.map.getZoom();
    var taken = [], names = set.labels.getLayers().map(function (marker) {
      var node = marker.getElement().firstChild;
      return { node: node, at: board.map.latLngToLayerPoint(marker.getLatLng()), wide: node.offsetWidth / 2, high: node.offsetHeight * 0.36 };
    });
    names.forEach(function (name) {
      var step = [0, -1, 1, -2, 2].find(function (one) {
        var y = name.at.y + one * name.high;
        return taken.every(function (t) { return Math.abs(t.x - name.at.x) >= t.wide + name.wide || Math.abs(t.y - y) >= t.high + name.high; });
      });
      name.node.style.visibility = step === undefined ? "hidden" : "";
      name.node.style.marginTop = (step || 0) * name.high + "px";
      if (step !== undefined) taken.push({ x: name.at.x, y: name.at.y + step * name.high, wide: name.wide, high: name.high });
    });
  }

  function note() {
    var text = board.view === "grid" ? board.options.texts.grid : board.options.texts.main;
    board.note.textContent = text || "";
    board.note.style.display = text ? "block" : "none";
  }

  function load(kind, again) {
    board.sets[kind] = { layer: null, order: {}, points: {}, codes: [], count: 0 };
    fetch(board.options[kind], again ? { cache: "reload" } : {}).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (data) { build(kind, data); paint(); }).catch(function (error) {
      // The tiles of a province seen for the first time are still being laid out.
      var wait = kind === "grid" && error.message === "404" && (again || 0) < 60;
      if (board.view === kind) {
        board.note.textContent = wait ? board.options.texts.coming : board.options.texts.failed;
        board.note.style.display = "block";
      }
      if (wait) setTimeout(function () { load(kind, (again || 0) + 1); }, 1000);
    });
  }

  function build(kind, data) {
    var set = board.sets[kind];
    // A boundary file may lack a shape; the vector still has its class, so the order counts the missing ones in.
    set.codes = data.features.map(function (f) { return f.properties.c; }).concat(kind === "main" ? board.options.missing : []).sort();
    set.codes.forEach(function (c, i) { set.order[c] = i; });
    set.count = data.features.length;
    set.layer = L.geoJSON(data, {
      pane: "areas", smoothFactor: 0.5,
      style: { fillColor: "#ffffff", fillOpacity: 1, color: "#5b6670", weight: 0.7 },
      onEachFeature: function (feature, layer) {
        layer.on({ mousemove: hover, mouseout: leave, click: choose });
      }
    });
    set.layer.eachLayer(function (layer) { set.points[layer.feature.properties.c] = layer.getBounds().getCenter(); });
    if (data.districts) {
      set.outline = L.geoJSON({ type: "FeatureCollection", features: data.districts.features.filter(function (f) { return f.geometry; }) }, { pane: "outlines", interactive: false, style: { fill: false, color: "#22303c", weight: 1.8 } });
      set.labels = L.layerGroup(data.districts.features.map(label));
      set.labelsFrom = data.districts.features.some(function (f) { return f.geometry; }) ? 0 : 7;
    }
  }

  function label(feature) {
    var p = feature.properties, node = document.createElement("div");
    node.className = "kradan-label";
    node.textContent = board.options.lang === "en" ? p.e || p.n : p.n;
    return L.marker([p.ly, p.lx], { interactive: false, keyboard: false, pane: "labels", icon: L.divIcon({ className: "", html: node, iconSize: [0, 0] }) });
  }

  function line(node, text, className) {
    var div = document.createElement("div");
    if (className) div.className = className;
    div.textContent = text;
    node.appendChild(div);
  }

  function hover(event) {
    var v = board.vector, p = event.target.feature.properties, set = board.sets[board.view], i = set.order[p.c];
    if (!v) return;
    var english = board.options.lang === "en", box = document.createElement("div");
    line(box, (english ? p.e || p.n : board.options.texts.subdistrict + p.n), "kradan-tip-name");
    if (p.d) line(box, english ? p.f || p.d : board.options.texts.district + p.d);
    var style = v.styles[v.classes[i]];
    if (style) line(box, style.label);
    if (v.values && v.values[i] !== null && v.values[i] !== undefined)
      line(box, v.unit.replace("{}", Number(v.values[i]).toLocaleString("en-US", { maximumFractionDigits: 2 })));
    if (v.marks && v.marks[i] === "1" && v.mark_label) line(box, v.mark_label);
    board.tip.setLatLng(event.latlng).setContent(box);
    if (!board.map.hasLayer(board.tip)) board.tip.addTo(board.map);
    event.target.setStyle({ weight: v.chosen === p.c ? 4 : 2.6 });
  }

  function leave(event) {
    board.map.removeLayer(board.tip);
    var v = board.vector;
    event.target.setStyle({ weight: v && v.chosen === event.target.feature.properties.c ? 4 : 0.7 });
  }

  function choose(event) {
    L.DomEvent.stopPropagation(event);
    board.map.removeLayer(board.tip);
    // In streamlit-folium's own order: it compares what was said last as text, and says again what differs.
    var value = { last_object_clicked_count: ++board.clicks, last_object_clicked_tooltip: event.target.feature.properties.c };
    var state = window.__GLOBAL_DATA__;
    state.last_object_clicked_tooltip = value.last_object_clicked_tooltip;
    state.last_object_clicked_count = value.last_object_clicked_count;
    state.previous_data = value;
    window.Streamlit.setComponentValue(value);
  }

  // Options may lie in a file of their own; a server that is just coming back is asked again.
  function fetchOptions(map, address, tries) {
    fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (options) { window.kradanBoard(map, options); }).catch(function () {
      if (tries > 0) setTimeout(function () { fetchOptions(map, address, tries - 1); }, 1000);
    });
  }

  window.kradanBoard = function (map, options) {
    // streamlit-folium takes no clicks (0) for news against its own default (null): the server drew every view a second time.
    if (window.__GLOBAL_DATA__) window.__GLOBAL_DATA__.last_object_clicked_count = null;
    if (typeof options === "string") { board = { waiting: board && board.waiting }; return fetchOptions(map, options, 10); }
    board = { map: map, options: options, sets: {}, view: "", vector: board && board.waiting, focused: null, paints: 0, clicks: 0 };
    [["areas", 400], ["outlines", 450], ["labels", 620]].forEach(function (pane) {
      map.createPane(pane[0]).style.zIndex = pane[1];
      if (pane[0] !== "areas") map.getPane(pane[0]).style.pointerEvents = "none";
    });
    if (map.attributionControl) map.attributionControl.setPrefix(false).addAttribution("Leaflet");
    board.badges = L.layerGroup().addTo(map);
    board.tip = L.tooltip({ direction: "top", offset: [0, -6], className: "kradan-tip" });
    board.note = document.createElement("div");
    board.note.className = "kradan-note";
    map.getContainer().appendChild(board.note);
    map.getContainer().setAttribute("aria-label", options.texts.aria);
    if (!document.getElementById("map_div").style.width.match(/%/)) document.getElementById("map_div").style.width = "100%";
    map.on("movestart zoomstart", function () { if (!board.fitting) board.fitted = null; });
    new ResizeObserver(function () {
      map.invalidateSize({ pan: false });
      if (board.fitted) fit(board.fitted[0], board.fitted[1]);
    }).observe(map.getContainer());
    document.addEventListener("keydown", function (event) {
      if (event.key === "g" || event.key === "G") { board.override = board.view === "grid" ? "main" : "grid"; paint(); }
    });
    map.on("zoomend", labels);
    if (document.fonts) document.fonts.addEventListener("loadingdone", function () { // names are as wide as their font
      Object.keys(board.sets).forEach(function (name) { board.sets[name].placed = null; });
      labels();
    });
    fit(options.bounds, 13);
    if (board.vector) paint(); else show("main");
  };

  window.kradanPaint = function (vector) {
    if (!board) board = {};
    if (board.vector && board.vector.view !== vector.view) board.override = null;
    if (vector.values) vector.values = vector.values.split(",").map(function (text) { return text === "" ? null : Number(text); });
    board.vector = vector;
    if (board.map) paint(); else board.waiting = vector;
    return L.layerGroup();
  };
})();

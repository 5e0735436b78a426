/* The wall of the meeting. The server sends everything once; from then on steps, answers, cards and both maps are
   here, so the wall answers at once while the server is busy or gone. Keys go by position, so a Thai keyboard works. */
(function () {
  "use strict";
  var make = window.wallMake, QUEUE = "kradan-decisions";
  function at(id) { return document.getElementById(id); }

  var wall = { data: null, step: 0, question: null, chosen: [], map: null, over: null, panels: {}, sent: 0 };

  function send(type, more) { window.parent.postMessage(Object.assign({ isStreamlitMessage: true, type: type }, more || {}), "*"); }

  function tell(kind, more) {
    send("streamlit:setComponentValue", { dataType: "json", value: Object.assign({ kind: kind, n: Date.now() + "-" + ++wall.sent }, more || {}) });
  }

  function shown() { return wall.question === null ? wall.data.steps[wall.step] : wall.data.questions[wall.question]; }

  /* ---- panels: built once per step, the next one before it is asked for ---- */
  function panel(step) {
    var key = wall.data.id + step.view + (step.question ? "?" : "");
    if (wall.panels[key]) return wall.panels[key];
    var box = document.createElement("div");
    box.style.display = "contents";
    if (step.figures.length) {
      var figures = make("div", box, null, step.figures.length > 2 ? "figures many" : "figures");
      step.figures.forEach(function (pair) { var one = make("div", figures, null, "figure"); make("b", one, pair[0]); make("span", one, pair[1]); });
    }
    var legend = make("ul", box, null, "legend");
    legend.setAttribute("aria-label", wall.data.texts.legend);
    step.legend.forEach(function (row) {
      var line = make("li", legend), swatch = make("i", line, null, "swatch" + (row.hatch ? " hatch" : "") + (row.stripe ? " stripe" : ""));
      swatch.style.backgroundColor = row.color;
      if (row.hatch) swatch.style.setProperty("--hatch", row.hatch);
      make("span", line, row.label); make("b", line, row.count.toLocaleString("en-US"));
    });
    if (step.bars.length) {
      var bars = make("div", box, null, "bars"), most = Math.max.apply(null, step.bars.map(function (bar) { return bar[2]; }));
      step.bars.forEach(function (bar) {
        make("span", bars, bar[0]); make("b", bars, bar[1]);
        make("i", bars).style.width = Math.max(0, 100 * bar[2] / most).toFixed(1) + "%";
      });
    }
    if (step.places.length) places(box, step);
    if (step.view === "decision") make("div", box, null, "decided");
    if (step.foot) make("p", box, step.foot, "note-line hidden");
    wall.panels[key] = box;
    return box;
  }

  /* The places under discussion: a list with their values; in a line where bars need the room. No name is broken. */
  function places(box, step) {
    var brief = step.bars.length > 0, host = make(brief ? "p" : "div", box, null, brief ? "names" : "names rows");
    make("span", host, wall.data.texts.places + (brief ? ": " : ""), "head");
    step.places.forEach(function (place, i) {
      var line = brief ? host : make("div", host);
      make("span", line, place[0] + (brief ? " (" + place[1] + ")" + (i < step.places.length - 1 ? "," : "") : ""), "whole");
      if (brief) { line.appendChild(document.createTextNode(" ")); return; }
      make("small", line, place[1]); make("b", line, place[2]);
    });
  }

  function decided(box) {
    var place = box.querySelector(".decided");
    if (!place) return;
    place.textContent = "";
    var all = wall.data.decisions.concat(queue().filter(function (one) { return !wall.data.decisions.some(function (kept) { return kept.key === one.key; }); }));
    make("b", place, wall.data.texts.decisions + " " + all.length);
    all.slice(-4).forEach(function (one) { make("p", place, "• " + one.who + ": " + one.what + (one.due_text || one.due ? " (" + (one.due_text || window.wallDay.words(one.due)) + ")" : "")); });
  }

  function fit(node, largest, smallest, fits, apply) {
    for (var size = largest; size >= smallest - .001; size -= .1) { apply(size); if (fits()) return; }
  }

  function narrow() { return window.matchMedia("(max-width: 900px), (max-aspect-ratio: 1/1)").matches; }

  function fitText() {
    var title = at("title"), side = at("panel");
    if (narrow()) { title.style.fontSize = side.style.fontSize = ""; return; }
    fit(title, 4.9, 2.6, function () { return title.scrollHeight <= title.clientHeight + 1; }, function (size) { title.style.fontSize = size + "vh"; });
    fit(side, 2.9, 2.05, function () {
      return side.scrollHeight <= side.clientHeight + 1 && [].every.call(side.querySelectorAll(".figure, .names small"), function (one) { return one.scrollWidth <= one.clientWidth + 1; });
    }, function (size) { side.style.fontSize = size + "vh"; });
  }

  function draw() {
    var step = shown();
    at("title").textContent = step.title;
    at("ask").textContent = [step.ask, step.note].filter(Boolean).join(" · ");
    var side = at("panel"), box = panel(step);
    decided(box);
    if (side.firstChild !== box) { side.textContent = ""; side.appendChild(box); }
    at("steps").querySelectorAll("button").forEach(function (button, i) {
      if (wall.question === null && i === wall.step) button.setAttribute("aria-current", "step"); else button.removeAttribute("aria-current");
    });
    fitText();
    wall.map.paint(step, wall.chosen);
    document.body.setAttribute("data-view", step.view);
    document.body.setAttribute("data-step", wall.question === null ? String(wall.step) : "q" + wall.question);
    var next = wall.data.steps[(wall.step + 1) % wall.data.steps.length];
    setTimeout(function () { panel(next); }, 30);
  }

  /* The places that the wall speaks of now. */
  wall.spoken = function () { return wall.chosen.concat(shown().focus); };
  wall.focus = function () { at("map").focus({ preventScroll: true }); };
  wall.go = function (index) {
    wall.over.close();
    wall.step = Math.min(wall.data.steps.length - 1, Math.max(0, index)); wall.question = null; wall.chosen = []; wall.over.chosen = [];
    if (wall.map.zoom) wall.map.zoomTo(null, true);
    draw();
  };
  /* "Who supports this subdistrict" is answered by the card of the one under discussion; without one, a name is asked for. */
  wall.ask = function (index) {
    var question = wall.data.questions[index], own = wall.chosen[0];
    if (!question) return;
    wall.question = index; wall.chosen = [];
    if (wall.map.zoom) wall.map.zoomTo(null, true);
    draw();
    if (question.view !== "who_supports") return;
    if (own) wall.pick(own); else wall.over.find(wall.pick);
  };
  wall.pick = function (code) { wall.chosen = [code]; draw(); wall.over.card([code]); };
  wall.compare = function () {
    var first = wall.chosen[0];
    if (!first) return wall.over.find(wall.pick);
    wall.over.find(function (code) { wall.chosen = code === first ? [first] : [first, code]; draw(); wall.over.card(wall.chosen); });
  };
  wall.zoom = function () {
    if (wall.map.zoom) return wall.map.zoomTo(null);
    var code = wall.chosen[0] || shown().focus[0] || wall.data.codes[0];
    wall.map.zoomTo(code.slice(0, 4));
  };
  wall.nextDistrict = function (by) {
    var all = wall.data.codes.map(function (code) { return code.slice(0, 4); }).filter(function (code, i, list) { return list.indexOf(code) === i; });
    wall.map.zoomTo(all[(all.indexOf(wall.map.zoom) + by + all.length) % all.length]);
  };

  /* ---- decisions: kept here until the server says it has them ---- */
  function queue() { try { return JSON.parse(localStorage.getItem(QUEUE) || "[]"); } catch (error) { return wall.unsent || []; } }
  function keep(list) { wall.unsent = list; try { localStorage.setItem(QUEUE, JSON.stringify(list)); } catch (error) { /* kept in memory */ } }
  wall.note = function (entry) {
    var key = (window.crypto.randomUUID ? window.crypto.randomUUID() : String(Math.random()).slice(2) + Date.now());
    keep(queue().concat([Object.assign(entry, { key: key, step: shown().view, meeting: wall.data.meeting })]));
    toast(wall.data.texts.decide_noted);
    draw();
    tell("decide", { items: queue() });
  };
  function toast(text) {
    var box = at("toast");
    box.textContent = text; box.hidden = false;
    clearTimeout(wall.toasting);
    wall.toasting = setTimeout(function () { box.hidden = true; }, 2600);
  }

  function full() {
    var page; try { page = window.parent.document; } catch (error) { page = document; }
    if (page.fullscreenElement) page.exitFullscreen(); else (page.documentElement.requestFullscreen || function () {}).call(page.documentElement);
  }

  function leave() { if (wall.over.close()) return; if (wall.map.zoom) return wall.map.zoomTo(null); if (wall.question !== null || wall.chosen.length) return wall.go(wall.step); tell("leave"); }

  var KEYS = {
    ArrowRight: function () { wall.go(wall.step + 1); }, PageDown: function () { wall.go(wall.step + 1); }, Space: function () { wall.go(wall.step + 1); },
    ArrowLeft: function () { wall.go(wall.question === null ? wall.step - 1 : wall.step); }, PageUp: function () { wall.go(wall.question === null ? wall.step - 1 : wall.step); },
    Home: function () { wall.go(0); }, End: function () { wall.go(wall.data.steps.length - 1); },
    ArrowDown: function () { if (wall.map.zoom) wall.nextDistrict(1); }, ArrowUp: function () { if (wall.map.zoom) wall.nextDistrict(-1); },
    Escape: leave, KeyF: full, KeyG: function () { wall.map.show("grid"); }, KeyM: function () { wall.map.show("main"); }, KeyZ: function () { wall.zoom(); },
    Slash: function () { wall.over.find(wall.pick); }, KeyC: function () { wall.compare(); }, KeyQ: function () { wall.over.questions(); },
    KeyD: function () { wall.over.decide(); }, KeyS: function () { wall.over.sources(shown()); }, KeyH: function () { wall.over.help(); }
  };
  var NAMES = { "/": "Slash", "?": "KeyH", " ": "Space" };

  function code(event) {
    if (event.code) return event.code;
    return NAMES[event.key] || (/^[a-z]$/i.test(event.key) ? "Key" + event.key.toUpperCase() : /^[0-9]$/.test(event.key) ? "Digit" + event.key : event.key);
  }

  function onKey(event) {
    if (!wall.data || !wall.map.shapes || event.ctrlKey || event.metaKey || event.altKey) return;
    var key = code(event), writing = /^(INPUT|TEXTAREA)$/.test(event.target.tagName || ""), digit = /^(?:Digit|Numpad)([0-9])$/.exec(key);
    if (/^(BUTTON)$/.test(event.target.tagName || "") && (key === "Enter" || key === "Space")) return;
    var over = wall.over.kind, taken = true;
    if (over && key !== "Escape" && (over === "find" || over === "questions")) {
      if (key === "ArrowDown") wall.over.move(1);
      else if (key === "ArrowUp") wall.over.move(-1);
      else if (key === "Enter" || key === "NumpadEnter") { if (wall.over.items && wall.over.items[wall.over.at]) wall.over.pick(wall.over.items[wall.over.at]); }
      else if (digit && over === "questions") { wall.over.close(); wall.ask((+digit[1] + 9) % 10); }
      else taken = false;
      if (taken) { event.preventDefault(); event.stopPropagation(); }
      if (taken || writing) return;
    }
    if (writing && key !== "Escape") return;
    if (digit) { if (+digit[1] >= 1 && +digit[1] <= wall.data.steps.length) wall.go(+digit[1] - 1); }
    else if (KEYS[key]) KEYS[key]();
    else return;
    event.preventDefault(); event.stopPropagation();
  }

  function clock() {
    var now = new Date();
    at("clock").textContent = (wall.data ? wall.data.texts.as_of + " · " : "") + ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2);
  }

  function controls() {
    var list = at("steps"), nav = at("nav"), t = wall.data.texts;
    list.textContent = ""; nav.textContent = "";
    wall.data.steps.forEach(function (step, i) {
      var button = make("button", make("li", list), String(i + 1));
      button.setAttribute("aria-label", (i + 1) + " " + step.title);
      button.addEventListener("click", function () { wall.go(i); });
    });
    [["ArrowLeft", t.back], ["ArrowRight", t.next], ["KeyQ", t.questions], ["Slash", t.find], ["KeyG", t.grid], ["KeyM", t.map], ["KeyZ", t.zoom], ["KeyC", t.compare], ["KeyD", t.decide], ["KeyS", t.sources], ["KeyF", t.full], ["KeyH", t.help], ["Escape", t.close]].forEach(function (pair) {
      var button = make("button", nav, pair[1]);
      button.setAttribute("data-key", pair[0]);
      button.addEventListener("click", function () { KEYS[pair[0]](); });
    });
  }

  function start(data) {
    wall.data = data;
    wall.over = new window.WallOver(at("over"), wall);
    document.documentElement.lang = data.lang;
    wall.map = new window.WallMap(at("map"), Object.assign({ codes: data.codes, names: data.names, pick: wall.pick }, data.geometry));
    wall.map.load().then(function () { draw(); document.body.setAttribute("data-ready", "1"); wall.focus(); }).catch(function () { at("title").textContent = data.texts.failed; });
    refresh(data);
    draw();
  }

  function refresh(data) {
    var kept = {};
    data.decisions.forEach(function (one) { kept[one.key] = 1; });
    data.refused.forEach(function (key) { kept[key] = 1; });
    var left = queue().filter(function (one) { return !kept[one.key]; });
    if (queue().some(function (one) { return data.refused.indexOf(one.key) >= 0; })) toast(data.texts.refused);
    if (left.length !== queue().length) keep(left);
    wall.data = data;
    at("demo").textContent = data.texts.demo;
    at("credit").textContent = data.texts.credit;
    at("hint").textContent = data.texts.hint;
    controls(); clock();
    if (left.length && !wall.resent) { wall.resent = true; tell("decide", { items: left }); }
  }

  window.addEventListener("message", function (event) {
    if (event.source !== window.parent || !event.data || event.data.type !== "streamlit:render") return;
    var data = event.data.args.wall;
    if (!wall.data) return start(data);
    if (wall.data.id === data.id) { refresh(data); if (wall.map.shapes) draw(); return; }
    wall.panels = {}; refresh(data);
    wall.step = Math.min(wall.step, data.steps.length - 1); wall.question = null; wall.chosen = [];
    draw();
  });
  document.addEventListener("keydown", onKey, true);
  try { window.parent.document.addEventListener("keydown", onKey, true); } catch (error) { /* the wall has the focus itself */ }
  window.addEventListener("resize", function () { if (wall.data && wall.map) { fitText(); } });
  window.addEventListener("pagehide", function () { try { window.parent.document.removeEventListener("keydown", onKey, true); } catch (error) { /* gone already */ } });
  document.fonts.ready.then(function () { if (wall.data && wall.map && wall.map.shapes) draw(); });
  setInterval(clock, 5000);
  send("streamlit:componentReady", { apiVersion: 1 });
  send("streamlit:setFrameHeight", { height: 400 });
})();

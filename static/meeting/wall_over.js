/* What lies over the wall for a moment: find, card, compare, questions, decision, keys. Text through textContent only. */
(function () {
  "use strict";

  function make(name, parent, text, className) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }

  function Over(host, wall) {
    this.host = host; this.wall = wall; this.kind = null; this.chosen = [];
  }

  Over.prototype.open = function (kind, title) {
    this.kind = kind;
    this.host.hidden = false;
    this.host.textContent = "";
    this.host.style.fontSize = "";
    this.host.setAttribute("aria-label", title);
    this.host.setAttribute("data-kind", kind);
    make("h2", this.host, title);
    this.behind(true);
  };

  /* What lies behind an open layer is out of reach of Tab and of a screen reader. */
  Over.prototype.behind = function (is) {
    document.querySelectorAll("body > header, body > main, body > footer").forEach(function (part) { part.inert = is; });
  };

  Over.prototype.close = function () {
    if (!this.kind) return false;
    this.kind = null;
    this.host.hidden = true;
    this.host.textContent = "";
    this.host.removeAttribute("data-kind");
    this.behind(false);
    this.wall.focus();
    return true;
  };

  /* A list to choose from by arrows and Enter, by digits, or by a click. */
  Over.prototype.list = function (parent, items, pick, numbered) {
    var self = this, list = make("ol", parent, null, "list");
    list.setAttribute("role", "listbox");
    this.items = items; this.pick = pick; this.at = 0;
    items.forEach(function (item, i) {
      var row = make("li", list);
      row.setAttribute("role", "option");
      row.id = "option-" + i;
      row.setAttribute("aria-selected", i === 0 ? "true" : "false");
      if (numbered) make("b", row, String((i + 1) % 10));
      make("span", row, item.text);
      row.addEventListener("click", function () { pick(item); });
    });
    this.rows = list;
    this.point();
    return list;
  };

  /* Tell a screen reader which line is chosen: on the field that is written in, else on the list itself. */
  Over.prototype.point = function () {
    var holder = this.host.querySelector("input") || this.rows;
    if (this.rows.children[this.at]) holder.setAttribute("aria-activedescendant", this.rows.children[this.at].id);
    else holder.removeAttribute("aria-activedescendant");
  };

  Over.prototype.move = function (by) {
    var rows = this.rows ? this.rows.children : [];
    if (!rows.length) return;
    rows[this.at].setAttribute("aria-selected", "false");
    this.at = (this.at + by + rows.length) % rows.length;
    rows[this.at].setAttribute("aria-selected", "true");
    this.point();
    rows[this.at].scrollIntoView({ block: "nearest" });
  };

  Over.prototype.find = function (then) {
    var self = this, t = this.wall.data.texts;
    this.open("find", t.find);
    var input = make("input", this.host), place = make("div", this.host);
    input.setAttribute("aria-label", t.find);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("autocomplete", "off");
    function squeeze(s) { return s.toLowerCase().replace(/\s/g, ""); }
    function refresh() {
      var wanted = squeeze(input.value).replace(/^(ตำบล|ต\.)/, ""), names = self.wall.data.names, found = [], spoken = self.wall.spoken();
      self.wall.data.codes.forEach(function (code) {
        var own = squeeze(names[code][0]), other = squeeze(names[code][2] || "");
        var rank = !wanted ? (spoken.indexOf(code) >= 0 ? 2 : 3) : own.indexOf(wanted) === 0 || other.indexOf(wanted) === 0 ? 0 : own.indexOf(wanted) > 0 || other.indexOf(wanted) > 0 || code.indexOf(wanted) === 0 ? 1 : 9;
        if (rank < 9) found.push({ code: code, rank: rank, text: names[code][0] + " · " + names[code][1] });
      });
      found.sort(function (a, b) { return a.rank - b.rank || a.text.localeCompare(b.text, "th"); });
      place.textContent = "";
      self.list(place, found.slice(0, 8), function (item) { then(item.code); });
      if (!found.length) make("p", place, t.nothing);
    }
    input.addEventListener("input", refresh);
    refresh();
    make("p", this.host, t.find_keys, "keys");
    input.focus();
  };

  Over.prototype.card = function (codes) {
    var self = this, data = this.wall.data, t = data.texts;
    this.chosen = codes;
    this.open("card", codes.length > 1 ? t.compare : data.names[codes[0]][0]);
    var place = make("div", this.host, null, "cards");
    codes.forEach(function (code) {
      var card = data.cards[code], box = make("section", place, null, codes.length === 1 ? "wide" : "");
      box.setAttribute("data-code", code);
      if (codes.length > 1) make("h3", box, data.names[code][0]);
      make("p", box, data.names[code][1] + " · " + code);
      var big = make("div", box, null, "big");
      card.big.forEach(function (pair) { var cell = make("div", big); make("b", cell, pair[0]); make("span", cell, pair[1]); });
      var list = make("dl", make("div", box), null, "facts");
      card.lines.forEach(function (pair) { make("dt", list, pair[0]); make("dd", list, pair[1]); });
      if (card.top.length) {
        var right = make("div", box);
        make("h3", right, t.who_supports);
        var who = make("dl", right, null, "who");
        card.top.slice(0, codes.length > 1 ? 4 : 6).forEach(function (pair) { make("dt", who, pair[0]); make("dd", who, pair[1]); });
      } else make("p", box, card.nobody);
    });
    make("p", this.host, data.cards[codes[0]].foot, "keys");
    make("p", this.host, t.card_keys, "keys");
    if (!window.matchMedia("(max-width: 900px)").matches)
      for (var size = 2.7; size >= 2.05 && this.host.scrollHeight > this.host.clientHeight; size -= .1) this.host.style.fontSize = size + "vh";
    this.host.tabIndex = -1;
    this.host.focus();
  };

  Over.prototype.questions = function () {
    var self = this, data = this.wall.data;
    this.open("questions", data.texts.questions);
    this.list(this.host, data.questions.map(function (one, i) { return { text: one.question, at: i }; }), function (item) { self.close(); self.wall.ask(item.at); }, true);
    make("p", this.host, data.texts.question_keys, "keys");
    this.rows.tabIndex = 0;
    this.rows.focus();
  };

  Over.prototype.decide = function () {
    var self = this, t = this.wall.data.texts, place = this.chosen.length === 1 && this.wall.chosen.length ? this.chosen[0] : null;
    this.open("decide", t.decide);
    if (place) make("p", this.host, this.wall.data.names[place].slice(0, 2).join(" · "));
    var form = make("form", this.host), fields = {};
    [["who", "input"], ["what", "textarea"], ["due", "input"]].forEach(function (entry) {
      var label = make("label", form, t["decide_" + entry[0]]);
      fields[entry[0]] = make(entry[1], label);
      fields[entry[0]].name = entry[0];
    });
    fields.what.rows = 2;
    fields.due.placeholder = t.decide_due_hint;
    var read = make("output", fields.due.parentNode), soon = make("p", form, null, "soon");
    function told() {
      var text = fields.due.value.trim(), day = text && window.wallDay.parse(text);
      read.textContent = !text ? "" : day ? window.wallDay.words(day) : t.decide_due_wrong;
      return !text || !!day;
    }
    fields.due.addEventListener("input", told);
    t.decide_days.forEach(function (pair) {
      var button = make("button", soon, pair[1], "plain");
      button.type = "button";
      button.addEventListener("click", function () { fields.due.value = window.wallDay.typed(window.wallDay.after(pair[0])); told(); });
    });
    make("button", form, t.decide_save).type = "submit";
    var back = make("button", form, t.close, "plain");
    back.type = "button";
    back.addEventListener("click", function () { self.close(); });
    var wrong = make("p", form);
    wrong.setAttribute("role", "alert");
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var who = fields.who.value.trim(), what = fields.what.value.trim();
      if (!who || !what) { wrong.textContent = t.decide_incomplete; return; }
      if (!told()) { wrong.textContent = t.decide_due_wrong; fields.due.focus(); return; }
      self.close();
      self.wall.note({ who: who, what: what, due: fields.due.value.trim() ? window.wallDay.parse(fields.due.value) : null, area: place });
    });
    make("p", this.host, t.decide_keys, "keys");
    fields.who.focus();
  };

  /* Where the numbers on the screen come from: base, file, rows, day of every file behind them. */
  Over.prototype.sources = function (step) {
    var t = this.wall.data.texts, files = this.wall.data.sources.filter(function (row) { return step.bases.indexOf(row.base) >= 0; });
    this.open("sources", t.sources);
    make("p", this.host, step.foot);
    var table = make("table", this.host), head = make("tr", make("thead", table)), body = make("tbody", table);
    t.source_heads.forEach(function (words) { make("th", head, words).scope = "col"; });
    files.forEach(function (row) { var line = make("tr", body); row.cells.forEach(function (cell) { make("td", line, cell); }); });
    make("p", this.host, t.sources_keys, "keys");
    this.host.tabIndex = -1;
    this.host.focus();
  };

  Over.prototype.help = function () {
    var t = this.wall.data.texts;
    this.open("help", t.help);
    var list = make("dl", this.host);
    this.wall.data.keys.forEach(function (pair) { make("dt", list, pair[0]); make("dd", list, pair[1]); });
    this.host.tabIndex = -1;
    this.host.focus();
  };

  window.WallOver = Over;
  window.wallMake = make;
})();

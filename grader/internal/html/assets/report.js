// Draws the space-time diagrams of a report and lets people move in them. The
// page is complete without it but for the diagrams.
"use strict";
(() => {
const source = document.getElementById("data");
const diagrams = source ? JSON.parse(source.textContent) : {};
const LETTER = 6.7; // width of a letter of the diagram's font, in pixels
const GUTTER = 92;  // where the times stand
const ROW = 18;     // pixels between two events of one lane, at zoom 1

// --- Helpers --------------------------------------------------------------

function svg(parent, tag, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {})) node.setAttribute(name, value);
  if (text !== undefined) node.textContent = text;
  return parent.appendChild(node);
}

function html(parent, tag, properties, text) {
  const node = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) node.textContent = text;
  return parent.appendChild(node);
}

// fit shortens a text to so many pixels.
function fit(text, width) {
  const room = Math.floor(width / LETTER);
  const letters = Array.from(text);
  if (letters.length <= room) return text;
  return room < 3 ? "" : letters.slice(0, room - 1).join("") + "…";
}

// seconds writes a time of the run. Most runs need no microseconds.
function seconds(us) {
  return (us / 1e6).toFixed(us % 1000 ? 6 : 3) + " s";
}

// span writes a duration in the unit that one would say.
function span(us) {
  if (us >= 1e6) return +(us / 1e6).toPrecision(3) + " s";
  if (us >= 1e3) return +(us / 1e3).toPrecision(3) + " ms";
  return us + " µs";
}

// --- From events to what is drawn ------------------------------------------

const BANDS = new Set(["step", "note", "log", "cut", "heal", "omitted"]);
const SILENT = new Set(["fault", "reach", "model", "duplicate", "delay", "corrupt"]);

// read puts events together: a message is a send and where its copies end, an
// operation is a call and a return. rows says where each event needs room: on a
// lane, over all lanes, or nowhere.
function read(d) {
  const run = {lanes: [], items: [], rows: [], cuts: [], spans: [], events: d.events, of: [], named: new Set()};
  const messages = new Map(), ops = new Map(), open = new Map();
  const lane = name => { if (name && !run.lanes.includes(name)) run.lanes.push(name); };
  const add = (item, i) => { run.items.push(item); run.of[i] = item; return item; };
  const key = e => e.node + "\n" + e.peer + "\n" + e.n;
  const begin = (kind, e, i) => { const s = {kind, lane: e.node, from: i}; open.set(kind + e.node, s); run.spans.push(s); };
  const end = (kind, e, i) => { const s = open.get(kind + e.node); if (s && s.to === undefined) s.to = i; };
  d.events.forEach((e, i) => {
    e = {n: 0, text: "", ...e};
    lane(e.node);
    lane(e.peer);
    if (!e.beside) for (const name of [e.node, e.peer]) run.named.add(name);
    const message = e.peer && messages.get(key(e));
    if (e.kind === "send") {
      messages.set(key(e), add({type: "message", e, i, ends: [], marks: {}}, i));
      run.rows[i] = {lane: e.node};
    } else if (e.peer && (e.kind === "deliver" || e.kind === "drop")) {
      const m = message || add({type: "message", e, i, ends: [], marks: {}, unsent: true}, i);
      m.ends.push({i, e});
      run.of[i] = m;
      run.rows[i] = e.kind === "drop" && e.at === m.e.at && message ? null : {lane: e.peer};
    } else if (message && SILENT.has(e.kind)) {
      message.marks[e.kind] = e.text;
      run.of[i] = message;
    } else if (e.kind === "call") {
      ops.set(e.n, add({type: "op", e, i, stuck: (d.stuck || []).includes(e.n), place: (d.order || []).indexOf(e.n)}, i));
      run.rows[i] = {lane: e.node, op: true};
    } else if (e.kind === "return" && ops.has(e.n)) {
      const op = ops.get(e.n);
      op.back = {i, e};
      run.of[i] = op;
      run.rows[i] = {lane: e.node, op: true};
    } else if (BANDS.has(e.kind) || !e.node && !SILENT.has(e.kind)) {
      add({type: "band", e, i}, i);
      run.rows[i] = {band: true};
      if (e.kind === "cut") run.cuts.push({from: i, ...sides(e.text)});
      if (e.kind === "heal") for (const c of run.cuts) if (c.to === undefined && (e.text === c.text || e.text.startsWith("every"))) c.to = i;
    } else if (!SILENT.has(e.kind)) {
      add({type: "mark", e, i}, i);
      run.rows[i] = {lane: e.node};
      if (e.kind === "crash") begin("down", e, i);
      if (e.kind === "restart") end("down", e, i);
      if (e.kind === "pause") begin("paused", e, i);
      if (e.kind === "resume") end("paused", e, i);
    }
  });
  return run;
}

// sides reads who a cut separates: "{a b} | {c}" or "{a} -> {c}".
function sides(text) {
  const groups = [...text.matchAll(/\{([^}]*)\}/g)].map(g => g[1].split(" "));
  return {text, left: groups[0] || [], right: groups[1] || []};
}

// quietFrom is the length from which a stretch without events is called quiet.
function quietFrom(events) {
  const gaps = [];
  events.forEach((e, i) => { if (i && e.at > events[i - 1].at) gaps.push(e.at - events[i - 1].at); });
  gaps.sort((a, b) => a - b);
  return Math.max(1000, 8 * (gaps[gaps.length >> 1] || 0));
}

// layout gives each event its height. Time goes down, and an event of one lane
// never stands on another; but an empty stretch takes hardly more room when it is
// longer.
function layout(run, d, shown, row) {
  const y = [], times = [], quiet = [], last = new Map(), threshold = quietFrom(run.events);
  let top = 0, floor = row, now = -1, opY = 0, apart;
  run.events.forEach((e, i) => {
    const r = run.rows[i];
    if (r && r.lane && !shown(e) && i !== d.apart) {
      y[i] = Math.max(top, floor);
      return;
    }
    if (e.at > now && now >= 0 && top > 0) {
      const length = e.at - now;
      let gap = row * (.5 + Math.min(1.6, Math.max(0, .35 * Math.log10(length / 50))));
      if (length >= threshold) {
        gap += row;
        quiet.push({y: top + gap / 2 + 4, length});
      }
      floor = top + gap;
    }
    now = e.at;
    if (i === d.apart && i > 0) {
      apart = Math.max(top + row, floor);
      floor = top = apart + row;
    }
    if (!r || r.lane && !shown(e)) {
      y[i] = Math.max(top, floor);
      return;
    }
    y[i] = r.band ? Math.max(floor, top + row) : Math.max(floor, (last.get(r.lane) || 0) + row, r.op ? opY + row / 2 : 0);
    if (r.band) for (const lane of run.lanes) last.set(lane, y[i] + row * .25);
    else last.set(r.lane, y[i]);
    if (r.op) opY = y[i];
    top = Math.max(top, y[i]);
    if (!times.length || y[i] >= times[times.length - 1].y + 13 && e.at !== times[times.length - 1].at) times.push({y: y[i], at: e.at});
  });
  return {y, times, quiet, apart, height: top + row};
}

// --- Drawing ---------------------------------------------------------------

// A canvas knows where things are and draws items.
class Canvas {
  constructor(root, run, d, plan, zoom, hidden) {
    Object.assign(this, {root, run, d, zoom, hidden, ...plan});
    this.row = ROW * zoom;
    this.words = this.row >= 11; // below, no text would be readable
    this.decimals = run.events.every(e => e.at % 1000 === 0) ? 3 : 6;
  }
  x(lane) { return GUTTER + 26 + this.visible.indexOf(lane) * this.laneWidth; }
  get width() { return GUTTER + 26 + Math.max(1, this.visible.length) * this.laneWidth; }

  text(g, x, y, text, room, classes) {
    if (this.words) svg(g, "text", {x, y, class: "halo " + (classes || "")}, fit(text, room));
  }
  // label writes beside the lifeline of a lane, in the row of an event.
  label(g, lane, y, text, classes) {
    this.text(g, this.x(lane) + 9, y, text, this.laneWidth - 22, classes);
  }
  group(item) {
    const g = svg(this.root, "g", {class: "ev"});
    g.item = item;
    item.g = g;
    svg(g, "title", {}, describe(item));
    return g;
  }

  background() {
    const bottom = this.height;
    for (const c of this.run.cuts) {
      const from = this.y[c.from] - this.row / 2, to = c.to === undefined ? bottom : this.y[c.to] + this.row / 2;
      svg(this.root, "rect", {class: "cut", x: GUTTER, y: from, width: this.width - GUTTER - 4, height: to - from});
      for (const [side, names] of [["side", c.left], ["side other", c.right]]) {
        for (const name of names.filter(n => this.visible.includes(n))) {
          svg(this.root, "rect", {class: side, x: this.x(name) - 7, y: from, width: 14, height: to - from});
        }
      }
    }
    for (const q of this.quiet) {
      if (!this.words) break;
      svg(this.root, "line", {class: "gap-line", x1: GUTTER, x2: this.width, y1: q.y - 4, y2: q.y - 4});
      svg(this.root, "text", {class: "time", x: 4, y: q.y}, "⋮ quiet " + span(q.length));
    }
    for (const t of this.times) svg(this.root, "text", {class: "time", x: 4, y: t.y + 3}, (t.at / 1e6).toFixed(this.decimals) + " s");
    for (const lane of this.visible) this.lifeline(lane, bottom);
  }

  lifeline(lane, bottom) {
    const x = this.x(lane), spans = this.run.spans.filter(s => s.lane === lane);
    let from = 0;
    for (const s of spans.filter(s => s.kind === "down")) {
      const [a, b] = [this.y[s.from], s.to === undefined ? bottom : this.y[s.to]];
      svg(this.root, "line", {class: "life", x1: x, x2: x, y1: from, y2: a});
      svg(this.root, "line", {class: "life dead", x1: x, x2: x, y1: a, y2: b});
      from = b;
    }
    svg(this.root, "line", {class: "life", x1: x, x2: x, y1: from, y2: bottom});
    for (const s of spans.filter(s => s.kind === "paused")) {
      const [a, b] = [this.y[s.from], s.to === undefined ? bottom : this.y[s.to]];
      svg(this.root, "rect", {class: "paused", x: x - 6, y: a, width: 12, height: Math.max(4, b - a)});
    }
  }

  draw(item) { this[item.type](item, this.group(item)); }

  band(item, g) {
    const {e, i} = item, y = this.y[i], h = Math.max(1, Math.min(this.row - 2, 17));
    const kind = {step: "", log: "log"}[e.kind] ?? "harness";
    svg(g, "rect", {class: "band " + kind, x: GUTTER - 4, y: y - h * .72, width: this.width - GUTTER, height: h, rx: 3});
    this.text(g, GUTTER + 35, y + h * .1, bandText(e), this.width - GUTTER - 45);
    svg(g, "rect", {class: "ring", x: GUTTER - 4, y: y - h * .72, width: this.width - GUTTER, height: h, rx: 3});
  }

  mark(item, g) {
    const {e, i} = item, x = this.x(e.node), y = this.y[i];
    const bad = e.kind === "crash" || e.kind === "lose";
    if (bad) svg(g, "path", {class: "cross", d: `M${x - 6} ${y - 6}l12 12m0 -12l-12 12`});
    else if (e.kind === "write" || e.kind === "flush") { // a disk: hollow is volatile
      svg(g, "rect", {class: e.kind === "flush" ? "dot" : "dot other", x: x - 4, y: y - 4, width: 8, height: 8});
    } else svg(g, "circle", {class: "dot " + (/^(restart|pause|resume)$/.test(e.kind) ? "state" : "other"), cx: x, cy: y, r: 4});
    this.label(g, e.node, y + 4, markText(e), bad ? "bad" : "faint");
    svg(g, "circle", {class: "ring", cx: x, cy: y, r: 9});
  }

  op(item, g) {
    const {e, i, back} = item, x = this.x(e.node) - 9 - 6 * item.slot, y = this.y[i];
    const to = back ? this.y[back.i] : this.height;
    svg(g, "rect", {class: "op" + (back ? "" : " open") + (item.stuck ? " stuck" : ""), x: x - 3, y: y - 3, width: 5, height: Math.max(6, to - y + 6), rx: 3});
    this.label(g, e.node, y + 4, e.text, item.stuck ? "bad" : "op-text");
    if (back) this.label(g, e.node, to + 4, "= " + (back.e.text || "done") + (item.stuck ? "  ✗ fits nowhere" : order(item)), item.stuck ? "bad" : "");
    else this.label(g, e.node, to - 2, "never returned: " + e.text, "bad");
    svg(g, "circle", {class: "ring", cx: x, cy: y, r: 8});
  }

  message(item, g) {
    const {e, i, ends, unsent} = item, x1 = this.x(e.node), y1 = this.y[i], x2 = this.x(e.peer);
    if (!unsent) {
      svg(g, "circle", {class: "dot", cx: x1, cy: y1, r: 2.5});
      this.label(g, e.node, y1 - 3, (this.visible.length > 2 ? "→" + e.peer + " " : "") + "#" + e.n + " " + e.text);
    }
    ends.forEach((end, k) => {
      const y = this.run.rows[end.i] ? this.y[end.i] : y1 + this.row * .6;
      this.arrow(g, unsent ? x2 + Math.sign(x1 - x2 || 1) * 30 : x1, unsent ? y : y1, x2, y, fate(item, k), this.run.rows[end.i]);
      if (this.run.rows[end.i]) this.label(g, e.peer, y + 4, fate(item, k).word, fate(item, k).bad ? "bad" : "faint");
    });
    if (!ends.length) this.arrow(g, x1, y1, x1 + (x2 - x1) * .5, Math.min(this.height, y1 + this.row * 2), {shape: "flying", word: ""}, true);
    svg(g, "circle", {class: "ring", cx: x1, cy: y1, r: 8});
  }

  // arrow draws one copy of a message. One that is lost at once does not arrive.
  arrow(g, x1, y1, x2, y2, fate, arrives) {
    const side = Math.sign(x2 - x1) || 1;
    if (!arrives) x2 = x1 + (x2 - x1) * Math.min(.4, 90 / Math.abs(x2 - x1 || 1));
    const tip = arrives && fate.shape !== "flying" ? x2 - side * 3 : x2;
    const path = x1 === x2 ? `M${x1} ${y1}C${x1 + 40} ${y1} ${x1 + 40} ${y2} ${x1} ${y2}` :
      fate.shape === "damaged" ? zigzag(x1, y1, tip, y2) : `M${x1} ${y1}L${tip} ${y2}`;
    svg(g, "path", {class: "hit", d: path});
    svg(g, "path", {class: "msg " + fate.shape, d: path});
    if (fate.shape === "lost") {
      const x = arrives ? x2 - side * 12 : x2, y = arrives ? y2 - (y2 - y1) * 12 / Math.max(13, Math.abs(x2 - x1)) : y2;
      svg(g, "path", {class: "cross", d: `M${x - 5} ${y - 5}l10 10m0 -10l-10 10`});
      if (!arrives && this.words) {
        svg(g, "text", {class: "halo bad", x: x + side * 9, y: y + 4, "text-anchor": side > 0 ? "start" : "end"},
          this.laneWidth < 150 ? "lost" : fate.word);
      }
    } else if (fate.shape !== "flying") {
      const angle = Math.atan2(y2 - y1, tip - x1) * 180 / Math.PI;
      svg(g, "path", {class: "head " + fate.shape, d: "M0 0l-9 -4v8z", transform: `translate(${tip} ${y2}) rotate(${x1 === x2 ? 180 : angle})`});
    }
  }

  foreground() {
    if (this.apart !== undefined) {
      svg(this.root, "line", {class: "apart", x1: GUTTER, x2: this.width, y1: this.apart + 5, y2: this.apart + 5});
      this.text(this.root, GUTTER + 35, this.apart, this.d.other ? "from here on, the nearest run that passes goes another way" : "from here on, this run goes another way", this.width - GUTTER, "apart-text");
    }
    const end = this.d.end, y = this.height + 4;
    svg(this.root, "rect", {class: end.startsWith("✓") ? "band end good" : "band end", x: 0, y, width: this.width, height: 22});
    svg(this.root, "text", {class: "band-end", x: 4, y: y + 15}, fit(end, this.width - 12));
  }
}

function zigzag(x1, y1, x2, y2) {
  const length = Math.hypot(x2 - x1, y2 - y1), [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
  let path = `M${x1} ${y1}`;
  for (let at = 8, side = 4; at < length - 12; at += 6, side = -side) {
    path += `L${(x1 + ux * at - uy * side).toFixed(1)} ${(y1 + uy * at + ux * side).toFixed(1)}`;
  }
  return path + `L${x2} ${y2}`;
}

// fate says what became of the k-th copy of a message: a shape and a word.
function fate(item, k) {
  const {e} = item.ends[k], marks = item.marks;
  if (e.kind === "drop") return {shape: "lost", word: {script: "lost (by the case)", lost: "lost"}[e.text] || "lost: " + e.text, bad: true};
  if (/damaged$/.test(e.text)) return {shape: "damaged", word: "damaged", bad: true};
  if (k > 0 || "duplicate" in marks && item.ends.length === 1 && item.unsent) return {shape: "copy", word: "a copy"};
  if ("delay" in marks) return {shape: "late", word: "late " + marks.delay};
  return {shape: "", word: ""};
}

function order(item) { return item.place < 0 ? "" : `  (fits as ${item.place + 1}.)`; }

function bandText(e) {
  switch (e.kind) {
  case "step": return `${e.n}. ${e.text}`;
  case "log": return `> ${e.text}`;
  case "cut": return `cut ${e.text}: nothing passes`;
  case "heal": return `healed: ${e.text}`;
  case "omitted": return `… ${e.n} events are left out here; a replay shows all …`;
  case "note": return e.text;
  }
  return `${e.kind} ${e.text}`;
}

function markText(e) {
  const life = e.n ? ` (life ${e.n})` : "";
  switch (e.kind) {
  case "crash": return "crash" + life + (e.text && ": " + e.text);
  case "restart": return "restart" + life + (e.text && ": " + e.text);
  case "pause": return "paused";
  case "resume": return "goes on";
  }
  return e.kind + (e.n ? ` #${e.n}` : "") + (e.text ? `: ${e.text}` : "");
}

// describe says all about an item, in lines.
function describe(item) {
  const {e} = item;
  if (item.type === "op") {
    const head = `${e.node}: ${e.text}` + (item.back ? ` = ${item.back.e.text || "done"}` : ", which never returned") + order(item);
    const when = item.back ? `${seconds(e.at)} to ${seconds(item.back.e.at)} (${span(item.back.e.at - e.at)})` : `from ${seconds(e.at)} on`;
    return `${head}\n${when}` + (item.stuck ? "\nNo order of the operations explains this result." : "");
  }
  if (item.type === "message") {
    const ends = item.ends.map((end, k) => {
      const word = fate(item, k).word;
      return end.e.kind === "drop" ? `${seconds(end.e.at)} ${word}` : `${seconds(end.e.at)} delivered after ${span(end.e.at - e.at)}${word ? ", " + word : ""}`;
    });
    if (!ends.length) ends.push("still on its way at the end");
    return `${e.node} → ${e.peer} packet ${e.n}: ${e.text}\n${seconds(e.at)} sent; ${ends.join("; ")}`;
  }
  if (item.type === "band") return `${seconds(e.at)} ${{log: "your code printed", step: "story", note: "the harness"}[e.kind] || ""}\n${bandText(e)}`;
  return `${e.node}: ${markText(e)}\n${seconds(e.at)}`;
}

// --- A diagram and what people do with it -----------------------------------

const LEGEND = [["", "delivered"], ["lost", "lost ✗"], ["copy", "a copy"], ["late", "late"], ["damaged", "damaged"]];

class Diagram {
  constructor(section, d) {
    this.load(d);
    this.zoom = 1;
    this.hidden = new Set();
    this.only = Boolean(d.only); // what is beside the point is hidden
    this.tools = html(section, "div", {className: "tools"});
    this.legend(section);
    this.view = html(section, "div", {className: "view", tabIndex: 0});
    this.view.setAttribute("role", "group");
    this.view.setAttribute("aria-label", "space-time diagram: a line for each node and client, time goes down; arrow keys go from event to event");
    this.about = html(section, "p", {className: "about"}, "Move over an event, or press an arrow key in the diagram, to read it.");
    this.about.setAttribute("aria-live", "polite");
    this.buttons();
    this.view.addEventListener("keydown", e => this.key(e));
    for (const kind of ["mousemove", "click"]) this.view.addEventListener(kind, e => this.point(e));
    this.draw();
    this.go(d.focus);
    let width = this.view.clientWidth;
    new ResizeObserver(() => {
      if (Math.abs(this.view.clientWidth - width) < 40) return;
      width = this.view.clientWidth;
      this.draw();
    }).observe(this.view);
  }

  load(d) {
    this.d = d;
    this.run = read(d);
    slots(this.run.items);
  }

  buttons() {
    const button = (text, label, action) => {
      const b = html(this.tools, "button", {type: "button", title: label, onclick: action}, text);
      if (text.length < 2) b.setAttribute("aria-label", label);
      return b;
    };
    button("What is wrong", "go to where it goes wrong (f)", () => this.go(this.d.focus)).classList.add("focus");
    button("−", "zoom out (-)", () => this.scale(1 / 1.3)).classList.add("out");
    button("+", "zoom in (+)", () => this.scale(1.3)).classList.add("in");
    button("1:1", "normal size (0)", () => this.scale(1 / this.zoom));
    button("Whole run", "make all of it fit", () => this.scale(Math.max(.1, .95 * this.zoom * this.view.clientHeight / this.canvas.height) / this.zoom)).classList.add("whole");
    button("Next failure", "go to the next failure (n)", () => nextFailure(1)).classList.add("following");
    if (this.d.other) {
      const fails = this.d;
      const b = button("The run that passes", "compare with the nearest run that passes", () => {
        this.load(this.d === fails ? fails.other : fails);
        b.setAttribute("aria-pressed", this.d !== fails);
        this.draw();
        this.go(this.d.apart < 0 ? this.d.focus : this.d.apart);
      });
      b.className = "other";
      b.setAttribute("aria-pressed", "false");
    }
    if (this.d.only) {
      const b = button("Only " + this.d.only, "show only what has to do with " + this.d.only, () => {
        this.only = !this.only;
        b.setAttribute("aria-pressed", this.only);
        this.draw();
        if (this.at) this.go(this.at.i);
      });
      b.className = "only";
      b.setAttribute("aria-pressed", "true");
    }
    html(this.tools, "span", {className: "gap"});
    if (this.run.lanes.length < 2) return;
    html(this.tools, "span", {}, "Show:");
    for (const lane of this.run.lanes) {
      const b = button(lane, "show or hide " + lane, () => {
        if (!this.hidden.delete(lane)) this.hidden.add(lane);
        b.setAttribute("aria-pressed", !this.hidden.has(lane));
        this.draw();
      });
      b.className = "lane";
      b.setAttribute("aria-pressed", "true");
    }
  }

  legend(section) {
    const shapes = new Set();
    for (const item of this.run.items) if (item.type === "message") item.ends.forEach((_, k) => shapes.add(fate(item, k).shape));
    if (!shapes.size) return;
    const list = html(section, "ul", {className: "legend view-legend"});
    list.setAttribute("aria-label", "kinds of arrows");
    for (const [shape, word] of LEGEND.filter(([shape]) => shapes.has(shape))) {
      const li = html(list, "li", {});
      const canvas = new Canvas(svg(li, "svg", {"aria-hidden": "true"}), this.run, this.d, {height: 14}, 1, this.hidden);
      canvas.words = false;
      canvas.arrow(canvas.root, 2, 7, 44, 7, {shape}, true);
      li.append(word);
    }
  }

  shown(e) { return !(this.only && e.beside) && !this.hidden.has(e.node) && !this.hidden.has(e.peer); }

  draw() {
    const visible = this.run.lanes.filter(l => !this.hidden.has(l) && !(this.only && !this.run.named.has(l)));
    const room = Math.max(300, this.view.clientWidth - GUTTER - 30) / Math.max(1, visible.length);
    const laneWidth = Math.max(118, room) * Math.max(.7, Math.min(this.zoom, 2));
    const plan = {...layout(this.run, this.d, e => this.shown(e), ROW * this.zoom), visible, laneWidth};
    this.view.replaceChildren();
    const head = svg(this.view, "svg", {class: "lanes", height: 24, role: "presentation"});
    const root = svg(this.view, "svg", {class: "body", role: "presentation"});
    const c = this.canvas = new Canvas(root, this.run, this.d, plan, this.zoom, this.hidden);
    for (const [node, height] of [[head, 24], [root, c.height + 30]]) {
      node.setAttribute("width", c.width);
      node.setAttribute("height", height);
      node.setAttribute("viewBox", `0 0 ${c.width} ${height}`);
    }
    for (const lane of visible) svg(head, "text", {x: c.x(lane) - 6, y: 16}, fit(lane, laneWidth - 16));
    c.background();
    this.items = this.run.items.filter(i => this.shown(i.e)).sort((a, b) => c.y[a.i] - c.y[b.i] || a.i - b.i);
    for (const type of ["op", "message", "band", "mark"]) for (const item of this.items) if (item.type === type) c.draw(item);
    c.foreground();
    this.view.dataset.zoom = this.zoom.toFixed(2);
    if (this.at && this.items.includes(this.at)) this.at.g.classList.add("on");
  }

  // go brings an event into view and says what it is.
  go(i) {
    const wanted = this.run.of[i];
    const item = this.items.includes(wanted) ? wanted : this.items.findLast(item => item.i <= i) || this.items[0];
    if (!item) return;
    const y = this.canvas.y[i] ?? this.canvas.height;
    const last = i >= this.run.events.length - 1;
    this.view.scrollTop = last ? this.canvas.height : y - this.view.clientHeight * .5;
    if (this.canvas.width < this.view.clientWidth + 40) this.view.scrollLeft = 0; // but for the scroll bar all fits
    else if (this.canvas.visible.includes(item.e.node)) {
      this.view.scrollLeft = Math.max(0, this.canvas.x(item.e.node) + this.canvas.laneWidth - this.view.clientWidth);
    }
    this.select(item);
  }

  select(item) {
    this.at?.g?.classList.remove("on");
    this.at = item;
    item.g?.classList.add("on");
    const [head, ...rest] = describe(item).split("\n");
    this.about.replaceChildren();
    html(this.about, "b", {}, head);
    if (rest.length) this.about.append("\n" + rest.join("\n"));
  }

  // point selects what the mouse is on, if it is the mouse that has moved: under
  // one that stands still, keys scroll the diagram.
  point(e) {
    const where = e.clientX + " " + e.clientY, item = e.target.closest(".ev")?.item;
    if (item && item !== this.at && (e.type === "click" || where !== this.mouse)) this.select(item);
    this.mouse = where;
  }

  scale(by) {
    const before = this.canvas.height, middle = this.view.scrollTop + this.view.clientHeight / 2;
    this.zoom = Math.min(3, Math.max(.08, this.zoom * by));
    this.draw();
    this.view.scrollTop = middle * this.canvas.height / before - this.view.clientHeight / 2;
  }

  // step selects the next item in a direction, on any lane or the same.
  step(by, lane) {
    const list = lane ? this.items.filter(i => i.e.node === lane) : this.items;
    const item = list[Math.min(list.length - 1, Math.max(0, list.indexOf(this.at) + by))];
    if (!item) return;
    this.select(item);
    const y = this.canvas.y[item.i], {scrollTop, clientHeight} = this.view;
    if (y < scrollTop + 40 || y > scrollTop + clientHeight - 60) this.view.scrollTop = y - clientHeight / 2;
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const actions = {
      ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1),
      ArrowRight: () => this.step(1, this.at?.e.node), ArrowLeft: () => this.step(-1, this.at?.e.node),
      Home: () => this.step(-this.items.length), End: () => this.step(this.items.length),
      "+": () => this.scale(1.3), "=": () => this.scale(1.3), "-": () => this.scale(1 / 1.3), 0: () => this.scale(1 / this.zoom),
      f: () => this.go(this.d.focus),
    };
    if (!actions[e.key]) return;
    e.preventDefault();
    actions[e.key]();
  }
}

// slots puts operations of one client that overlap beside each other.
function slots(items) {
  const busy = new Map();
  for (const op of items.filter(i => i.type === "op")) {
    const ends = busy.get(op.e.node) || busy.set(op.e.node, []).get(op.e.node);
    op.slot = ends.findIndex(end => end <= op.i);
    if (op.slot < 0) op.slot = ends.length;
    ends[op.slot] = op.back ? op.back.i : Infinity;
    op.slot = Math.min(op.slot, 3); // more would reach the lane before
  }
}

// --- The page ---------------------------------------------------------------

const failures = [...document.querySelectorAll(".failure")];
const drawn = new Map();

// show draws the diagram of a failure that is open, once.
function show(failure) {
  const section = failure.querySelector("[data-diagram]");
  if (!failure.open || !section || drawn.has(failure)) return drawn.get(failure);
  drawn.set(failure, new Diagram(section, diagrams[section.dataset.diagram]));
  return drawn.get(failure);
}

function reveal(failure) {
  failure.open = true;
  show(failure);
  failure.scrollIntoView({block: "start"});
  failure.querySelector("summary").focus({preventScroll: true});
}

// nextFailure opens the one after, or before, the one that has the focus or is at
// the top of the window.
function nextFailure(by) {
  if (!failures.length) return;
  let here = failures.findIndex(f => f.contains(document.activeElement));
  if (here < 0 && by < 0) here = failures.length;
  reveal(failures[(here + by + failures.length) % failures.length]);
}

const defs = svg(svg(document.body, "svg", {width: 0, height: 0, "aria-hidden": "true"}), "defs");
for (const [id, angle] of [["hatch", 45], ["hatch-pause", -45]]) {
  const p = svg(defs, "pattern", {id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})`});
  svg(p, "line", {class: id, x1: 0, y1: 0, x2: 0, y2: 7});
}
for (const failure of failures) {
  failure.addEventListener("toggle", () => show(failure));
  show(failure);
  for (const b of failure.querySelectorAll(".jump")) {
    b.addEventListener("click", () => {
      const diagram = show(failure);
      diagram.go(+b.dataset.at);
      diagram.view.scrollIntoView({block: "nearest"});
      diagram.view.focus({preventScroll: true});
    });
  }
}
for (const picture of document.querySelectorAll("[data-picture]")) {
  picture.addEventListener("toggle", () => {
    if (!picture.open || picture.querySelector("iframe")) return;
    const frame = html(picture, "iframe", {title: "porcupine's picture of the history"});
    frame.setAttribute("sandbox", "allow-scripts");
    frame.scrollIntoView({block: "nearest"}); // a frame that is not seen has no sizes, and the picture needs them
    requestAnimationFrame(() => { frame.srcdoc = diagrams[picture.dataset.picture].picture; });
  });
}
function followLink() {
  const failure = failures.find(f => "#" + f.id === decodeURIComponent(location.hash));
  if (failure) reveal(failure);
}
addEventListener("hashchange", followLink);
for (const a of document.querySelectorAll('a[href^="#case-"]')) a.addEventListener("click", () => setTimeout(followLink));
followLink();
addEventListener("beforeprint", () => failures.forEach(f => { f.open = true; show(f); }));
addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  if (e.key === "n") nextFailure(1);
  if (e.key === "p") nextFailure(-1);
});
})();

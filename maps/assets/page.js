/* Passersby: the page's one script. No libraries but Leaflet, no requests, nothing stored.
   Folium's map calls passersby.land(map), .relief(map) ... in order, and .start(map) last. */
"use strict";

const passersby = (() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const rows = data.rows;
  const total = rows.id.length;
  const embedded = document.body.dataset.kind === "embed";
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  L.Map.mergeOptions({ fadeAnimation: !calm, zoomAnimation: !calm, markerZoomAnimation: !calm });
  const { months: MONTHS, numerals: NUMERALS, kinds: KINDS, language: LANGUAGE } = data.words;
  const PANES = { area: 410, district: 420, street: 430, site: 440 };
  const SVG = "http://www.w3.org/2000/svg";

  /* ---- small helpers ------------------------------------------------------------- */

  const $ = (id) => document.getElementById(id);

  function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (value === null || value === undefined || value === false) continue;
      if (name in node && name !== "list") node[name] = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== ""));
    return node;
  }

  function svg(tag, attributes = {}, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  const count = (number) => Math.round(number).toLocaleString(LANGUAGE);
  const joined = (text) => text.replace(/(\d) (?=\S)/g, "$1\u00a0"); // a number stays with its noun
  const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
  const spelt = (number) => NUMERALS[number] ?? count(number);

  function big(number) {
    if (number < 1e6) return count(number);
    return `${Number((number / 1e6).toPrecision(3)).toLocaleString(LANGUAGE)} million`;
  }

  function rough(number) {
    return number ? Number(number.toPrecision(2)).toLocaleString(LANGUAGE) : "0";
  }

  function hours(length) {
    const minutes = Math.round(length * 60);
    const whole = Math.floor(minutes / 60);
    const rest = minutes % 60;
    return [whole ? `${count(whole)} h` : "", rest || !whole ? `${rest} min` : ""].filter(Boolean).join(" ");
  }

  function dateText(iso) {
    const [year, month, day] = iso.split("-");
    if (!month) return year;
    return `${day ? `${Number(day)} ` : ""}${MONTHS[month - 1]} ${year}`;
  }

  function listing(items) {
    return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
  }

  const spanOf = (iso) => iso.length === 10 ? [iso, iso]
    : iso.length === 7 ? [`${iso}-01`, `${iso}-31`] : [`${iso}-01-01`, `${iso}-12-31`];
  const sum = (indices, column) => indices.reduce((whole, i) => whole + (rows[column][i] ?? 0), 0);
  const stated = (indices, column) => indices.some((i) => rows[column][i] !== null);

  function unpack(steps) {
    const points = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([y * data.scale, x * data.scale]);
    }
    return points;
  }
  const unpackPolygons = (polygons) => polygons.map((rings) => rings.map(unpack));

  /* ---- the one state ------------------------------------------------------------- */

  const EMPTY = { force: "", area: "", precision: "", from: "", to: "", q: "", size: "", id: "" };
  const state = { ...EMPTY };
  let visible = [];
  let map = null;

  function readFragment() {
    Object.assign(state, EMPTY);
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      if (name in EMPTY) state[name] = value.slice(0, 200);
    }
    if (state.size !== "faces") state.size = "";
    if (!/^\d{4}-\d\d-\d\d$/.test(state.from)) state.from = "";
    if (!/^\d{4}-\d\d-\d\d$/.test(state.to)) state.to = "";
  }

  function writeFragment() {
    const kept = new URLSearchParams(Object.entries(state).filter(([, value]) => value !== ""));
    const fragment = kept.size ? `#${kept}` : location.pathname + location.search;
    try { history.replaceState(null, "", fragment); } catch { /* a sandboxed frame may not */ }
  }

  const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const haystack = rows.id.map((id, i) => {
    const place = data.places[rows.place[i]];
    return folded(`${place.name} ${place.sure} ${data.areas[rows.area[i]] ?? ""} ${dateText(rows.date[i])} ${id}`);
  });

  function matches(i, { dates = true } = {}) {
    if (state.force && data.forces[rows.force[i]].name !== state.force) return false;
    if (state.area && data.areas[rows.area[i]] !== state.area) return false;
    if (state.precision && data.places[rows.place[i]].precision !== state.precision) return false;
    if (state.q && !folded(state.q).split(/\s+/).every((word) => haystack[i].includes(word))) return false;
    if (!dates) return true;
    const [first, last] = spanOf(rows.date[i]);
    return !(state.from && last < state.from) && !(state.to && first > state.to);
  }

  function change(part) {
    Object.assign(state, part);
    dismiss();
    apply();
  }

  function apply() {
    visible = [];
    for (let i = 0; i < total; i += 1) if (matches(i)) visible.push(i);
    if (erasShown().size !== 1) state.size = ""; // counts of two eras do not compare
    writeFragment();
    showHeadline();
    showControls();
    drawMarks();
    drawTimeline();
    showList();
  }

  /* ---- headline ------------------------------------------------------------------ */

  function headline() {
    if (!visible.length) return { main: "No deployments match.", aside: "" };
    const counts = (i) => data.forces[rows.force[i]].counts;
    const counted = visible.filter(counts);
    const others = visible.filter((i) => !counts(i));
    const told = counted.length ? counted : others;
    const names = [...new Set(told.map((i) => data.forces[rows.force[i]].short))];
    const word = spelt(names.length);
    const who = names.length > 2 ? `${word[0].toUpperCase()}${word.slice(1)} forces` : listing(names);
    const parts = [`${who}: ${plural(told.length, "deployment")}`];
    if (stated(told, "faces")) parts.push(`${big(sum(told, "faces"))} faces reported seen`);
    if (stated(told, "arrests") && counted.length) parts.push(plural(sum(told, "arrests"), "arrest"));
    if (!counted.length) parts.push("no counts published");
    const last = told.reduce((latest, i) => (rows.date[i] > latest ? rows.date[i] : latest), "");
    parts.push(`records to ${dateText(last)}`);
    let aside = "";
    if (counted.length && others.length) {
      const number = new Set(others.map((i) => rows.force[i])).size;
      const noun = number === 1 ? "force, which publishes" : "forces, which publish";
      aside = `and ${count(others.length)} by ${spelt(number)} other ${noun} no counts`;
    }
    return { main: parts.join(" · "), aside };
  }

  function showHeadline() {
    const { main, aside } = headline();
    const parts = main.split(" · ");
    const line = parts.flatMap((part, i) => {
      const more = i < parts.length - 1;
      return [el("span", { className: "figure", textContent: joined(more ? `${part}\u00a0·` : part) }), more ? " " : ""];
    });
    $("headline").replaceChildren(...line, aside ? el("span", { className: "aside", textContent: ` (${aside})` }) : "");
    if (!visible.length) {
      $("headline").append(" ", el("button", { type: "button", className: "link", textContent: "Clear the filters", onclick: clear }));
    }
  }

  function clear() {
    change({ ...EMPTY });
    viewAt(0);
  }

  /* ---- base map ------------------------------------------------------------------ */

  function pane(name, order) {
    const made = map.createPane(name);
    made.style.zIndex = order;
    return L.svg({ pane: name, padding: 0.3 });
  }

  function land(leaflet, { tiles }) {
    map = leaflet;
    map.getContainer().classList.toggle("tiled", Boolean(tiles));
    const renderer = pane("land", 210);
    const lines = pane("lines", 230);
    const shapes = data.land.map((area) => unpackPolygons(area.shape));
    if (!tiles) {
      for (const near of [0, 1]) { // the far land has a wide edge, which closes the gaps that coarse borders leave
        const part = shapes.filter((_, i) => data.land[i].near === near).flat();
        L.polygon(part, { renderer, pane: "land", className: near ? "land" : "land far", interactive: false }).addTo(map);
      }
    }
    shapes.forEach((shape, i) => {
      L.polygon(shape, { renderer: lines, pane: "lines", className: data.land[i].near ? "border" : "border far", interactive: false, fill: false }).addTo(map);
    });
  }

  function relief() {
    const renderer = pane("relief", 220);
    for (const step of data.relief) {
      L.polygon(unpackPolygons(step.shape), { renderer, pane: "relief", className: `relief relief-${step.level}`, interactive: false, smoothFactor: 0.5 }).addTo(map);
    }
  }

  function stations() {
    const renderer = pane("stations", 240);
    const dots = L.layerGroup(data.stations.map(([name, x, y]) =>
      L.circleMarker([y, x], { renderer, pane: "stations", radius: 1.6, className: "station", interactive: false })));
    const show = () => (map.getZoom() >= 11.5 ? dots.addTo(map) : dots.remove());
    map.on("zoomend", show);
    onStart.push(show);
  }

  function plausible() {
    const renderer = pane("plausible", 245);
    const lines = L.layerGroup(data.plausible.map((street) =>
      L.polyline(street.lines.map(unpack), { renderer, pane: "plausible", className: `plausible plausible-${street.shade}`, interactive: false })));
    const show = () => (map.getZoom() >= 11.5 ? lines.addTo(map) : lines.remove());
    map.on("zoomend", show);
    onStart.push(show);
  }

  /* ---- marks --------------------------------------------------------------------- */

  const marks = data.marks.map((mark) => ({ ...mark, rows: [], all: [], layer: null, visible: false }));
  rows.mark.forEach((mark, i) => { if (mark !== null) marks[mark].all.push(i); });
  for (const mark of marks) mark.all.sort((a, b) => (rows.date[a] < rows.date[b] ? -1 : rows.date[a] > rows.date[b] ? 1 : a - b));
  const onStart = [];
  const renderers = {};
  let tip = null;

  function markLayer(mark, number) {
    const options = { pane: mark.precision, renderer: renderers[mark.precision], className: `mark ${mark.precision}` };
    const at = [mark.at[1], mark.at[0]];
    let layer;
    if (mark.precision === "site") layer = L.circleMarker(at, { ...options, radius: 4 });
    else if (mark.precision === "area") {
      const shape = "land" in mark ? data.land[mark.land].shape : mark.shape;
      layer = shape ? L.polygon(unpackPolygons(shape), { ...options, smoothFactor: 0.6 }) : L.circle(at, { ...options, radius: mark.radius });
    } else if (mark.line) layer = L.polyline(mark.line.map(unpack), { ...options, lineCap: "round", lineJoin: "round" });
    else layer = L.circle(at, { ...options, radius: mark.radius });
    layer.on("click", () => open(mark.rows.at(-1)));
    layer.on("mouseover", (event) => preview(mark, event.latlng));
    layer.on("mouseout", () => tip?.remove());
    mark.number = number;
    return layer;
  }

  function drawnMarks() {
    for (const [name, order] of Object.entries(PANES)) renderers[name] = pane(name, order);
    marks.forEach((mark, number) => { mark.layer = markLayer(mark, number); });
  }

  const amountOf = (mark) => (state.size === "faces" ? sum(mark.rows, "faces") : sum(mark.rows, "hours"));

  function sizeOf(mark) {
    const amount = amountOf(mark);
    const { least, most } = data.sizes;
    if (!amount) return least;
    const scale = data.sizes[state.size || "hours"];
    return Math.min(Math.max(scale * Math.sqrt(amount), least), most);
  }

  function drawMarks() {
    const shown = new Set(visible);
    for (const mark of marks) {
      mark.rows = mark.all.filter((i) => shown.has(i));
      if (mark.rows.length) {
        if (!mark.visible) { mark.layer.addTo(map); mark.visible = true; }
        dress(mark);
      } else if (mark.visible) { mark.layer.remove(); mark.visible = false; }
    }
    if (labelsReady) placeLabels();
  }

  function dress(mark) {
    const size = sizeOf(mark);
    const path = mark.layer.getElement();
    const reported = mark.rows.some((i) => rows.source[i] === 0);
    const weight = Math.min(3, 1 + Math.floor(size / 6));
    if (mark.precision === "site") mark.layer.setRadius(size);
    if (mark.line) mark.layer.setStyle({ weight: Math.min(8, Math.max(4, size * 0.6)) });
    if (!path) return;
    path.classList.toggle("modelled", !reported);
    path.classList.toggle("lined", Boolean(mark.line));
    for (let step = 1; step <= 3; step += 1) path.classList.toggle(`weight-${step}`, step === weight);
    path.classList.toggle("selected", state.id !== "" && mark.rows.some((i) => rows.id[i] === state.id));
  }

  function describe(mark) {
    const length = sum(mark.rows, "hours");
    const timed = mark.rows.filter((i) => rows.hours[i] !== null).length;
    const parts = [plural(mark.rows.length, "deployment")];
    if (length) parts.push(timed < mark.rows.length ? `${hours(length)} stated for ${timed}` : hours(length));
    if (stated(mark.rows, "faces")) parts.push(`${big(sum(mark.rows, "faces"))} faces reported seen`);
    return parts.join(" · ");
  }

  const nameOf = (mark) => (mark.precision === "area" ? `somewhere in ${mark.name}` : mark.name);

  function preview(mark, at) {
    tip?.remove();
    const body = el("div", {}, el("strong", { textContent: nameOf(mark) }), el("div", { textContent: describe(mark) }));
    tip = L.tooltip({ direction: "top", opacity: 1, offset: [0, -6] }).setLatLng(at).setContent(body).addTo(map);
  }

  /* ---- labels: what fits, most hours first ------------------------------------------ */

  let labelsReady = false;
  const labels = [];

  function labelLayer() {
    map.createPane("names").style.zIndex = 450;
    labelsReady = true;
    map.on("zoomend moveend resize", placeLabels);
    $("legend")?.addEventListener("toggle", placeLabels);
  }

  function label(text, at, className) {
    const icon = L.divIcon({ className: `name ${className}`, html: el("span", { textContent: text }), iconSize: [0, 0] });
    return L.marker(at, { icon, pane: "names", interactive: false, keyboard: false });
  }

  function placeLabels() {
    labels.splice(0).forEach((made) => made.remove());
    const taken = [];
    const zoom = map.getZoom();
    const corner = map.containerPointToLayerPoint([0, 0]);
    const size = map.getSize();
    const edge = [corner.x, corner.y, corner.x + size.x, corner.y + size.y];
    const legend = $("legend");
    if (legend) taken.push([corner.x, corner.y + size.y - 14 - legend.offsetHeight, corner.x + 14 + legend.offsetWidth, corner.y + size.y]);
    const claim = (at, width, height, dx = 0, dy = 0) => {
      const spot = map.latLngToLayerPoint(at);
      const box = [spot.x + dx - width / 2, spot.y + dy - height / 2, spot.x + dx + width / 2, spot.y + dy + height / 2];
      if (taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) return false;
      if (box[0] < edge[0] || box[1] < edge[1] || box[2] > edge[2] || box[3] > edge[3]) return false;
      taken.push(box);
      return true;
    };
    const put = (text, at, className) => labels.push(label(text, at, className).addTo(map));
    const shown = marks.filter((mark) => mark.visible).sort((a, b) => amountOf(b) - amountOf(a));
    for (const mark of shown.filter((one) => one.precision === "site")) {
      const across = 2 * sizeOf(mark);
      claim([mark.at[1], mark.at[0]], across, across);
      if (mark.rows.length > 1 && across >= 16) put(String(mark.rows.length), [mark.at[1], mark.at[0]], "inside");
    }
    for (const mark of shown.filter((one) => one.precision !== "site" && one.rows.length > 1 && one.precision !== "area")) {
      const at = [mark.at[1], mark.at[0]];
      const text = String(mark.rows.length);
      if (!mark.line) { if (claim(at, 16, 14)) put(text, at, "number"); }
      else if (claim(at, 16, 14, 13)) put(text, at, "number beside"); // on a short line it would hide it
    }
    for (const mark of shown.filter((one) => one.precision === "area")) {
      const at = [mark.at[1], mark.at[0]];
      const many = mark.rows.length > 1 ? ` · ${mark.rows.length}` : "";
      const long = `somewhere in ${mark.name}${many}`;
      const short = `${mark.name}${many}`;
      const room = Math.abs(map.latLngToLayerPoint(mark.layer.getBounds().getNorthEast()).x - map.latLngToLayerPoint(mark.layer.getBounds().getSouthWest()).x);
      if (room * 0.85 > long.length * 5.6 && claim(at, long.length * 5.6 + 8, 16)) put(long, at, "vague");
      else if (claim(at, short.length * 5.6 + 8, 16)) put(short, at, "vague");
      else if (claim(at, 18, 14)) put(String(mark.rows.length), at, "vague");
    }
    if (zoom >= 13.5) {
      const near = map.getBounds();
      for (const [name, x, y] of data.stations) {
        if (near.contains([y, x]) && claim([y, x], name.length * 5.4 + 8, 14, 0, 9)) put(name, [y, x], "station-name");
      }
    }
    const hatched = new Set(shown.filter((one) => "land" in one).map((one) => one.land));
    data.land.forEach((area, i) => {
      if (hatched.has(i) || !area.near || zoom < 9.5) return;
      const at = [area.at[1], area.at[0]];
      if (claim(at, area.name.length * 5.6 + 6, 14)) put(area.name, at, "base");
    });
  }

  /* ---- popups -------------------------------------------------------------------- */

  let popup = null;
  let returnTo = null;
  let moving = false;

  function whisker(i) {
    const expected = rows.expected[i];
    if (!expected || !expected[2]) return "";
    const faces = rows.source[i] === 0 ? rows.faces[i] : null;
    const most = Math.max(expected[2], faces ?? 0) * 1.08;
    const x = (value) => (4 + (232 * value) / most).toFixed(1);
    const drawing = svg("svg", { class: "whisker", viewBox: "0 0 240 14", "aria-hidden": "true" },
      svg("line", { class: "axis", x1: 4, x2: 236, y1: 7, y2: 7 }),
      svg("line", { class: "range", x1: x(expected[1]), x2: x(expected[2]), y1: 7, y2: 7 }),
      svg("line", { class: "end", x1: x(expected[1]), x2: x(expected[1]), y1: 3, y2: 11 }),
      svg("line", { class: "end", x1: x(expected[2]), x2: x(expected[2]), y1: 3, y2: 11 }),
      svg("circle", { class: "middle", cx: x(expected[0]), cy: 7, r: 3.2 }));
    if (faces !== null) drawing.append(svg("circle", { class: "told", cx: x(faces), cy: 7, r: 4 }));
    return drawing;
  }

  function stripOf(siblings, i) {
    if (siblings.length < 2) return "";
    const at = siblings.indexOf(i);
    const step = (to, name, sign) => el("button", {
      type: "button", className: "step", textContent: sign, disabled: to < 0 || to >= siblings.length,
      "aria-label": name,
      onclick: (event) => {
        event.stopPropagation(); // the button leaves the page, so Leaflet would take it for a click beside the popup
        open(siblings[to], { from: "strip" });
        popup?.getElement().querySelector(`.step[aria-label="${name}"]:enabled`)?.focus();
      },
    });
    const days = siblings.map((one) => Date.parse(spanOf(rows.date[one])[0]));
    const span = days.at(-1) - days[0] || 1;
    const drawing = svg("svg", { class: "strip", viewBox: "0 0 180 14", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("line", { class: "axis", x1: 3, x2: 177, y1: 7, y2: 7 }));
    days.forEach((day, k) => {
      const x = (3 + (174 * (day - days[0])) / span).toFixed(1);
      drawing.append(svg("line", { class: k === at ? "tick now" : "tick", x1: x, x2: x, y1: k === at ? 0 : 3, y2: k === at ? 14 : 11 }));
    });
    return el("div", { className: "steps" }, step(at - 1, "Earlier deployment here", "‹"), drawing,
      step(at + 1, "Later deployment here", "›"),
      el("span", { className: "of", textContent: `${at + 1} of ${siblings.length}` }));
  }

  function line(term, text, extra = "") {
    return text ? el("div", { className: "line" }, el("dt", { textContent: term }), el("dd", {}, text, extra)) : "";
  }

  function card(i, siblings) {
    const place = data.places[rows.place[i]];
    const [reported, set, expected, past, near, record, link, flags, sameDay] = rows.said[i];
    const era = data.eras[rows.era[i]];
    const when = [dateText(rows.date[i])];
    if (rows.hours[i] !== null) when.push(hours(rows.hours[i]));
    when.push(data.forces[rows.force[i]].short);
    const source = el("span", {}, link ? el("a", { href: link, rel: "noopener noreferrer", target: "_blank", textContent: record }) : record);
    const row = el("a", { href: `table.html#${encodeURIComponent(rows.id[i])}`, target: embedded ? "_blank" : "", textContent: "row in the table" });
    return el("div", { className: "card" },
      el("h2", { textContent: place.name, id: "card-title" }),
      el("p", { className: "when", textContent: when.join(" · ") }),
      stripOf(siblings, i),
      el("dl", {},
        line("Read as", place.sure),
        line("Reported", reported),
        line("", set),
        line("Expected", expected, whisker(i)),
        line("Walk-past", past),
        line("Nearby", past ? "" : near),
        line("Same day", sameDay),
        line("Era", era ? [`${era.letter}, ${era.label}`, era.median].filter(Boolean).join("; ") : ""),
        ...flags.map((text) => line("", text)),
        line("Record", source, el("span", {}, " · ", row))));
  }

  function open(i, { from = "map" } = {}) {
    if (i === undefined) return;
    tip?.remove();
    if (moving) { map.once("zoomend", () => open(i, { from })); return; } // Leaflet places a popup wrongly meanwhile
    const mark = rows.mark[i] === null ? null : marks[rows.mark[i]];
    if (from !== "strip") returnTo = document.activeElement;
    state.id = rows.id[i];
    writeFragment();
    markSelected();
    if (!mark || (from === "list" && innerWidth < 900)) { openInList(i); return; }
    $("list")?.querySelectorAll(".card-inline").forEach((node) => node.remove());
    const at = L.latLng(mark.at[1], mark.at[0]);
    if (from !== "map" && from !== "strip" && !map.getBounds().pad(-0.15).contains(at)) {
      map.setView(at, Math.max(map.getZoom(), mark.precision === "area" ? 10.5 : 12), { animate: false });
    }
    const size = map.getSize();
    const width = Math.min(372, size.x - 62);
    const clear = size.x > 760 ? [$("legend")?.open ? 318 : 14, 62] : [10, 10];
    const content = card(i, mark.rows);
    if (popup && from === "strip") { popup.setContent(content); focusCard(popup); return; }
    popup = L.popup({ maxWidth: width, minWidth: width, maxHeight: size.y - (size.x > 760 ? 104 : 48),
      autoPanPaddingTopLeft: clear, autoPanPaddingBottomRight: [12, 12], closeOnEscapeKey: false, className: "place-popup" })
      .setLatLng(at).setContent(content);
    const made = popup;
    made.on("remove", () => { if (popup === made) closed(); });
    map.getContainer().parentNode.classList.add("has-popup");
    made.openOn(map);
    focusCard(made);
  }

  function focusCard(made) {
    const box = made.getElement();
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-labelledby", "card-title");
    box.tabIndex = -1;
    box.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", "Close");
    box.focus({ preventScroll: true });
  }

  function dismiss() {
    const gone = popup;
    popup = null;
    returnTo = null;
    state.id = "";
    map?.getContainer().parentNode.classList.remove("has-popup");
    gone?.remove();
  }

  function closed() {
    popup = null;
    map.getContainer().parentNode.classList.remove("has-popup");
    state.id = "";
    writeFragment();
    markSelected();
    (returnTo?.isConnected && returnTo !== document.body ? returnTo : map.getContainer()).focus({ preventScroll: true });
    returnTo = null;
  }

  function markSelected() {
    for (const mark of marks) if (mark.visible) dress(mark);
    for (const [i, button] of buttons) button.toggleAttribute("aria-current", rows.id[i] === state.id);
  }

  /* ---- list ---------------------------------------------------------------------- */

  const buttons = new Map();
  const order = rows.id.map((_, i) => i).sort((a, b) => (rows.date[a] < rows.date[b] ? 1 : rows.date[a] > rows.date[b] ? -1 : b - a));
  const monthHeads = new Map();
  const FIRST_SHOWN = 20;

  function glyph(kind, modelled) {
    const drawing = svg("svg", { class: `glyph ${kind}${modelled ? " modelled" : ""}`, viewBox: "0 0 16 16", "aria-hidden": "true" });
    if (kind === "site") drawing.append(svg("circle", { cx: 8, cy: 8, r: 4 }));
    if (kind === "street") drawing.append(svg("line", { x1: 2.5, x2: 13.5, y1: 11, y2: 5 }));
    if (kind === "district") drawing.append(svg("circle", { cx: 8, cy: 8, r: 6.5, fill: "url(#soft)" }));
    if (kind === "area") drawing.append(svg("path", { d: "M3 2.5 12 1.5 14.5 8 10.5 14 2 12Z", fill: "url(#hatch-1)" }));
    if (kind === "unknown") drawing.append(svg("circle", { cx: 8, cy: 8, r: 5 }));
    return drawing;
  }

  function figureOf(i) {
    if (rows.faces[i] !== null) return el("span", { className: "num", textContent: count(rows.faces[i]) });
    if (rows.source[i] === 1 && rows.expected[i]) {
      return el("span", { className: "num about", title: "expected, not reported", textContent: `about ${rough(rows.expected[i][0])}` });
    }
    return el("span", { className: "num none", title: "no count published", textContent: "–" });
  }

  function buildList() {
    const list = $("list");
    if (!list) return;
    let head = "";
    const nodes = [];
    for (const i of order) {
      const month = dateText(rows.date[i].slice(0, 7));
      if (month !== head) {
        head = month;
        const node = el("li", { className: "month", textContent: month });
        monthHeads.set(month, { node, rows: [] });
        nodes.push(node);
      }
      const place = data.places[rows.place[i]];
      const when = [dateText(rows.date[i])];
      if (rows.hours[i] !== null) when.push(hours(rows.hours[i]));
      if (rows.force[i] !== mainForce) when.push(data.forces[rows.force[i]].short);
      if (rows.remark[i]) when.push(rows.remark[i]);
      const button = el("button", { type: "button", className: "entry", onclick: () => open(i, { from: "list" }) },
        glyph(place.precision, rows.source[i] !== 0),
        el("span", { className: "where", textContent: place.name }),
        figureOf(i),
        el("span", { className: "meta", textContent: when.join(" · ") }),
        el("span", { className: "visually-hidden", textContent: `, ${KINDS[place.precision].toLowerCase()}` }));
      buttons.set(i, button);
      monthHeads.get(month).rows.push(i);
      nodes.push(el("li", {}, button));
    }
    list.replaceChildren(...nodes);
  }

  function showList() {
    if (!$("list")) return;
    const shown = new Set(visible);
    $("list").querySelectorAll(".card-inline").forEach((node) => node.remove());
    let place = 0;
    const late = new Set(); // on a phone the rest wait behind a button, or what follows is far below
    for (const i of order) {
      const item = buttons.get(i).parentNode;
      item.hidden = !shown.has(i);
      if (!shown.has(i)) continue;
      place += 1;
      item.classList.toggle("late", place > FIRST_SHOWN);
      if (place > FIRST_SHOWN) late.add(i);
    }
    for (const { node, rows: inside } of monthHeads.values()) {
      const here = inside.filter((i) => shown.has(i));
      node.hidden = !here.length;
      node.classList.toggle("late", here.length > 0 && here.every((i) => late.has(i)));
    }
    $("list").classList.remove("whole");
    $("more").hidden = !late.size;
    $("more").textContent = `Show all ${count(visible.length)}`;
    const unplaced = visible.filter((i) => rows.mark[i] === null).length;
    $("shown").textContent = visible.length === total ? `${plural(total, "deployment")}, latest first` : `${count(visible.length)} of ${plural(total, "deployment")}`;
    $("unplaced").textContent = unplaced ? `${count(unplaced)} could not be placed on the map.` : "";
  }

  function openInList(i) {
    const button = buttons.get(i);
    if (!button) return;
    const item = button.parentNode;
    const already = item.querySelector(".card-inline");
    $("list").querySelectorAll(".card-inline").forEach((node) => node.remove());
    if (already) { closed(); return; }
    const shown = rows.mark[i] === null ? "" : el("button", { type: "button", className: "link to-map", textContent: "Show on the map",
      onclick: () => {
        button.focus({ preventScroll: true }); // where focus returns to
        map.getContainer().scrollIntoView({ block: "nearest" });
        open(i);
      } });
    item.append(el("div", { className: "card-inline" }, card(i, [i]), shown));
    item.scrollIntoView({ block: "nearest" });
  }

  /* ---- timeline: months, brush, counting eras --------------------------------------- */

  const monthNumber = (iso) => Number(iso.slice(0, 4)) * 12 + Number(iso.slice(5, 7)) - 1;
  const monthIso = (number) => `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;
  const lastDay = (number) => new Date(Date.UTC(Math.floor(number / 12), (number % 12) + 1, 0)).toISOString().slice(0, 10);
  const dated = rows.date.filter((iso) => iso.length >= 7).map(monthNumber);
  const firstMonth = dated.length ? Math.min(...dated) : 0;
  const lastMonth = dated.length ? Math.max(...dated) : 0;
  const months = lastMonth - firstMonth + 1;
  const mainForce = (() => {
    const tally = data.forces.map((force, f) => (force.counts ? 1e6 : 0) + rows.force.filter((one) => one === f).length);
    return tally.indexOf(Math.max(...tally));
  })();
  const PLOT = { left: 30, right: 10, top: 20, height: 74, bottom: 18 };
  let scaleX = null;

  function brushed() {
    const from = state.from ? monthNumber(state.from) : firstMonth;
    const to = state.to ? monthNumber(state.to) : lastMonth;
    return [Math.min(Math.max(from, firstMonth), lastMonth), Math.min(Math.max(to, firstMonth), lastMonth)];
  }

  function setBrush(from, to) {
    const [a, b] = from <= to ? [from, to] : [to, from];
    const whole = a <= firstMonth && b >= lastMonth;
    change({ from: whole ? "" : `${monthIso(a)}-01`, to: whole ? "" : lastDay(b) });
  }

  function eraForce() {
    const chosen = data.forces.findIndex((force) => force.name === state.force);
    return chosen >= 0 ? chosen : mainForce;
  }

  function tally() {
    const bins = Array.from({ length: months }, () => [0, 0]);
    let loose = 0;
    for (let i = 0; i < total; i += 1) {
      if (!matches(i, { dates: false })) continue;
      if (rows.date[i].length < 7) { loose += 1; continue; }
      bins[monthNumber(rows.date[i]) - firstMonth][rows.source[i] === 0 ? 0 : 1] += 1;
    }
    return { bins, loose };
  }

  function drawTimeline() {
    const box = $("timeline");
    if (!box || !months) return;
    const width = Math.max(box.clientWidth, 240);
    const inner = width - PLOT.left - PLOT.right;
    const full = PLOT.top + PLOT.height + PLOT.bottom;
    const base = PLOT.top + PLOT.height;
    const { bins, loose } = tally();
    const most = Math.max(4, ...bins.map(([a, b]) => a + b));
    const x = (month) => PLOT.left + (inner * (month - firstMonth)) / months;
    const y = (number) => base - (PLOT.height * number) / most;
    scaleX = { x, month: (at) => Math.floor(firstMonth + ((at - PLOT.left) * months) / inner) };
    const [from, to] = brushed();
    const chart = svg("svg", { viewBox: `0 0 ${width} ${full}`, width, height: full, role: "img",
      "aria-label": `Deployments by month, ${dateText(monthIso(firstMonth))} to ${dateText(monthIso(lastMonth))}; most in one month: ${most}` });
    drawEras(chart, x, base);
    for (const tick of [0, most]) {
      chart.append(svg("line", { class: "grid", x1: PLOT.left, x2: width - PLOT.right, y1: y(tick), y2: y(tick) }),
        svg("text", { class: "tick", x: PLOT.left - 6, y: y(tick) + 4, "text-anchor": "end" }, String(tick)));
    }
    const step = inner / months;
    const gap = step > 5 ? 1 : 0.4;
    bins.forEach(([told, other], k) => {
      const out = firstMonth + k < from || firstMonth + k > to ? " out" : "";
      const at = { x: x(firstMonth + k) + gap / 2, width: Math.max(step - gap, 1) };
      if (told) chart.append(svg("rect", { class: `bar${out}`, ...at, y: y(told), height: base - y(told) }));
      if (other) chart.append(svg("rect", { class: `bar other${out}`, x: at.x + 0.5, width: Math.max(at.width - 1, 1), y: y(told + other) + 0.5, height: Math.max(y(told) - y(told + other) - 1, 1) }));
    });
    drawYears(chart, x, base, step);
    if (state.from || state.to) {
      chart.append(svg("rect", { class: "brush", x: x(from), width: x(to + 1) - x(from), y: PLOT.top, height: PLOT.height }));
    }
    box.querySelector("svg")?.remove();
    box.prepend(chart);
    placeHandle("handle-from", x(from), from);
    placeHandle("handle-to", x(to + 1), to);
    $("loose").textContent = loose ? `${plural(loose, "deployment")} dated only to the year: not drawn here.` : "";
  }

  function drawEras(chart, x, base) {
    const mine = data.eras.filter((era) => era.force === eraForce());
    if ($("era-line")) $("era-line").hidden = mine.length < 2;
    mine.forEach((era, k) => {
      const at = (iso, fallback) => (iso ? x(monthNumber(iso) + (Number(iso.slice(8, 10) || 1) - 1) / 31) : fallback);
      const start = Math.max(at(era.first, PLOT.left), PLOT.left);
      const end = Math.min(at(era.last, x(lastMonth + 1)), x(lastMonth + 1));
      if (end <= start) return;
      chart.append(svg("rect", { class: k % 2 ? "band odd" : "band", x: start, width: end - start, y: 4, height: base - 4 }));
      if (k) chart.append(svg("line", { class: "break", x1: start, x2: start, y1: 4, y2: base }));
      const room = end - start;
      const named = `${era.letter}  ${era.label}`;
      const text = room > named.length * 6 + 10 ? named : era.letter;
      const at0 = text === era.letter ? { x: start + room / 2, "text-anchor": "middle" } : { x: start + 5 };
      chart.append(svg("text", { class: "era", ...at0, y: 15 }, svg("title", {}, `Era ${era.letter}: ${era.label}`), text));
    });
  }

  function drawYears(chart, x, base, step) {
    for (let month = firstMonth; month <= lastMonth; month += 1) {
      if (month % 12 && month !== firstMonth) continue;
      const next = (Math.floor(month / 12) + 1) * 12;
      const room = (Math.min(next, lastMonth + 1) - month) * step;
      chart.append(svg("line", { class: "grid", x1: x(month), x2: x(month), y1: base, y2: base + 5 }));
      if (room > 30) chart.append(svg("text", { class: "tick", x: x(month) + 4, y: base + 13 }, String(Math.floor(month / 12))));
    }
  }

  function placeHandle(id, at, month) {
    const handle = $(id);
    handle.style.left = `${at}px`;
    handle.setAttribute("aria-valuemin", 0);
    handle.setAttribute("aria-valuemax", months - 1);
    handle.setAttribute("aria-valuenow", month - firstMonth);
    handle.setAttribute("aria-valuetext", dateText(monthIso(month)));
  }

  function handleKeys(event, end) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -12, PageUp: 12, Home: -1e4, End: 1e4 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const ends = brushed();
    const moved = Math.min(Math.max(ends[end] + steps[event.key], firstMonth), lastMonth);
    ends[end] = end ? Math.max(moved, ends[0]) : Math.min(moved, ends[1]);
    setBrush(...ends);
  }

  function brushing() {
    const box = $("timeline");
    let grip = null;
    const monthAt = (event) => {
      const at = event.clientX - box.getBoundingClientRect().left;
      return Math.min(Math.max(scaleX.month(at), firstMonth), lastMonth);
    };
    box.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const ends = brushed();
      const held = event.target.id === "handle-from" ? 1 : event.target.id === "handle-to" ? 0 : null;
      const month = monthAt(event);
      const inside = (state.from || state.to) && month >= ends[0] && month <= ends[1];
      grip = held !== null ? { fixed: ends[held] } : inside ? { start: month, ends } : { fixed: month };
      box.setPointerCapture(event.pointerId);
    });
    box.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const month = monthAt(event);
      if ("fixed" in grip) setBrush(grip.fixed, month);
      else {
        const shift = Math.min(Math.max(month - grip.start, firstMonth - grip.ends[0]), lastMonth - grip.ends[1]);
        setBrush(grip.ends[0] + shift, grip.ends[1] + shift);
      }
    });
    const stop = (event) => {
      if (grip && event.type === "pointerup" && "fixed" in grip && !event.target.id.startsWith("handle")) setBrush(grip.fixed, monthAt(event));
      grip = null;
    };
    box.addEventListener("pointerup", stop);
    box.addEventListener("pointercancel", stop);
    box.addEventListener("dblclick", () => change({ from: "", to: "" }));
    ["from", "to"].forEach((name, end) => $(`handle-${name}`).addEventListener("keydown", (event) => handleKeys(event, end)));
    new ResizeObserver(drawTimeline).observe(box);
  }

  /* ---- filters ------------------------------------------------------------------- */

  function fill(select, values) {
    for (const value of values) select.append(el("option", { value, textContent: value }));
  }

  function buildControls() {
    if (!$("force")) return;
    fill($("force"), data.forces.map((force) => force.name));
    fill($("area"), data.areas);
    for (const name of ["force", "area", "precision", "size", "from", "to"]) {
      $(name).addEventListener("change", () => {
        change({ [name]: $(name).value });
        if (!["force", "area"].includes(name)) return;
        if (state.force || state.area) fitVisible();
        else viewAt(0);
      });
    }
    $("q").addEventListener("input", () => change({ q: $("q").value.trim() }));
    $("clear").addEventListener("click", clear);
    $("more").addEventListener("click", () => {
      const next = $("list").querySelector("li.late:not([hidden]) .entry");
      $("list").classList.add("whole");
      $("more").hidden = true;
      next?.focus({ preventScroll: true });
    });
  }

  function erasShown() {
    return new Set(visible.filter((i) => rows.faces[i] !== null).map((i) => rows.era[i]));
  }

  function showControls() {
    if (!$("force")) return;
    const one = erasShown().size === 1;
    for (const name of ["force", "area", "precision", "size", "from", "to"]) $(name).value = state[name];
    if (document.activeElement !== $("q")) $("q").value = state.q;
    $("size").querySelector("[value=faces]").disabled = !one;
    $("size-note").textContent = one ? "" : "To size by faces, choose dates inside one counting era: counts of two do not compare.";
    $("clear").hidden = !Object.entries(state).some(([name, value]) => value && name !== "id" && name !== "size");
  }

  function fitVisible() {
    const spots = visible.filter((i) => rows.mark[i] !== null).map((i) => marks[rows.mark[i]]);
    if (!spots.length) return;
    const bounds = L.latLngBounds(spots.map((mark) => [mark.at[1], mark.at[0]])).pad(0.15);
    map.fitBounds(bounds, { maxZoom: 13, animate: !calm, ...margins() });
  }

  /* ---- controls on the map ---------------------------------------------------------- */

  function viewAt(number) {
    if (data.views[number]) map.fitBounds(data.views[number].bounds, { animate: !calm && started, ...margins() });
  }

  function margins() {
    map.invalidateSize({ animate: false }); // the words below it may just have changed its height
    const size = map.getSize();
    const legend = $("legend");
    const left = size.x > 760 && legend?.open ? legend.offsetWidth - 60 : 8; // a corner may reach over the edge, no more
    return { paddingTopLeft: [left, size.y < 480 ? 48 : 8], paddingBottomRight: [8, 4] };
  }

  function controls() {
    const corner = L.control({ position: "topleft" });
    corner.onAdd = () => {
      const views = data.views.length > 1 ? data.views.map((view, k) => el("button", { type: "button", textContent: view.name, onclick: () => viewAt(k) })) : [];
      const box = el("div", { className: "map-controls needs-js" },
        embedded ? "" : zoomButtons(),
        views.length ? el("div", { className: "views", role: "group", "aria-label": "Show" }, ...views) : "");
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    corner.addTo(map);
    if (!embedded) return;
    const below = L.control({ position: "bottomleft" }); // where an embed has no legend, and its map is low
    below.onAdd = () => {
      const box = el("div", { className: "map-controls needs-js" }, zoomButtons());
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    below.addTo(map);
  }

  function zoomButtons() {
    return el("div", { className: "zoom", role: "group", "aria-label": "Zoom" },
      el("button", { type: "button", textContent: "+", "aria-label": "Zoom in", onclick: () => map.zoomIn(1) }),
      el("button", { type: "button", textContent: "−", "aria-label": "Zoom out", onclick: () => map.zoomOut(1) }));
  }

  /* ---- keyboard and wheel ------------------------------------------------------------ */

  let cursor = -1;

  function mapKeys(event) {
    if (event.target !== map.getContainer()) return;
    const shown = marks.filter((mark) => mark.visible);
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key in steps && !event.shiftKey && shown.length) {
      const place = shown.findIndex((mark) => mark.number === cursor);
      const next = place < 0 ? (steps[event.key] > 0 ? 0 : shown.length - 1) : (place + steps[event.key] + shown.length) % shown.length;
      moveTo(shown[next]);
    } else if (event.key in steps) {
      const by = { ArrowRight: [80, 0], ArrowLeft: [-80, 0], ArrowUp: [0, -80], ArrowDown: [0, 80] }[event.key];
      map.panBy(by, { animate: false });
    } else if ((event.key === "Enter" || event.key === " ") && marks[cursor]?.visible) open(marks[cursor].rows.at(-1), { from: "keys" });
    else if (event.key === "+" || event.key === "=") map.zoomIn(1);
    else if (event.key === "-") map.zoomOut(1);
    else return;
    event.preventDefault();
  }

  function moveTo(mark) {
    cursor = mark.number;
    const at = L.latLng(mark.at[1], mark.at[0]);
    if (!map.getBounds().pad(-0.1).contains(at)) map.panTo(at, { animate: false });
    for (const one of marks) one.layer.getElement()?.classList.toggle("cursor", one === mark);
    preview(mark, at);
    $("spoken").textContent = `${nameOf(mark)}: ${describe(mark)}. ${KINDS[mark.precision]}. Enter opens.`;
  }

  function keyboard() {
    const box = map.getContainer();
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", "Map of deployments. Arrow keys move between places in date order, Enter opens, Shift with arrows pans, plus and minus zoom.");
    box.addEventListener("keydown", mapKeys);
    box.addEventListener("blur", () => {
      tip?.remove();
      for (const one of marks) one.layer.getElement()?.classList.remove("cursor");
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (popup) { event.preventDefault(); map.closePopup(popup); }
      else if (document.querySelector(".card-inline")) {
        document.querySelectorAll(".card-inline").forEach((node) => node.remove());
        closed();
      } else if ($("share-panel")?.open) { $("share-panel").close(); }
    });
  }

  function wheel() {
    const box = map.getContainer();
    let entered = false;
    map.scrollWheelZoom.disable();
    box.addEventListener("pointerdown", () => { entered = true; });
    box.addEventListener("pointerleave", () => { entered = false; });
    box.addEventListener("wheel", (event) => {
      const wanted = entered || event.ctrlKey || event.metaKey;
      if (wanted !== map.scrollWheelZoom.enabled()) map.scrollWheelZoom[wanted ? "enable" : "disable"]();
    }, { capture: true, passive: true });
  }

  /* ---- share, theme, frame ----------------------------------------------------------- */

  function embedSnippet() {
    const base = document.body.dataset.site || location.href.replace(/[#?].*$/, "").replace(/[^/]*$/, "");
    const address = `${base.replace(/\/?$/, "/")}embed.html${location.hash}`.replace(/"/g, "%22");
    return `<iframe src="${address}" title="${document.title}" width="100%" height="640" loading="lazy" frameborder="0"></iframe>\n`
      + "<script>addEventListener(\"message\",function(e){document.querySelectorAll(\"iframe\").forEach(function(f){"
      + "if(f.contentWindow===e.source&&e.data&&e.data.passersbyHeight>0)f.height=Math.ceil(e.data.passersbyHeight)})})</"
      + "script>";
  }

  async function copy(text, field, said) {
    field.focus();
    field.select();
    try { await navigator.clipboard.writeText(text); } catch { document.execCommand("copy"); }
    $("copied").textContent = said;
  }

  function sharing() {
    const panel = $("share-panel");
    if (!panel) return;
    $("share").addEventListener("click", () => {
      $("link-field").value = location.href;
      $("embed-field").value = embedSnippet();
      $("copied").textContent = location.protocol === "file:" && !document.body.dataset.site
        ? "This copy is on your own disk: put its folder on the web first, then copy the code there." : "";
      panel.showModal();
    });
    $("close-share").addEventListener("click", () => panel.close());
    $("copy-link").addEventListener("click", () => copy($("link-field").value, $("link-field"), "Link copied."));
    $("copy-embed").addEventListener("click", () => copy($("embed-field").value, $("embed-field"), "Embed code copied."));
    $("print").addEventListener("click", () => { panel.close(); print(); });
  }

  function theme() {
    const button = $("theme");
    if (!button) return;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const now = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
    const name = () => {
      button.textContent = now() === "dark" ? "Light" : "Dark";
      button.setAttribute("aria-label", `Switch to ${now() === "dark" ? "light" : "dark"} colours`);
    };
    button.addEventListener("click", () => {
      document.documentElement.dataset.theme = now() === "dark" ? "light" : "dark";
      name();
    });
    dark.addEventListener("change", name);
    name();
  }

  function frame() {
    if (!embedded || parent === window) return;
    const tell = () => parent.postMessage({ passersbyHeight: document.documentElement.offsetHeight }, "*");
    new ResizeObserver(tell).observe(document.documentElement);
    tell();
  }

  function printing() {
    let before = null;
    const dress = (on) => {
      document.documentElement.classList.toggle("printing", on);
      if ($("legend")) $("legend").open = on || before.legend;
      map.invalidateSize({ animate: false });
      drawTimeline();
    };
    addEventListener("beforeprint", () => {
      before = { at: map.getCenter(), zoom: map.getZoom(), legend: $("legend")?.open };
      const seen = map.getBounds();
      const inside = marks.filter((mark) => mark.visible && seen.contains([mark.at[1], mark.at[0]]));
      const bounds = inside.reduce((all, mark) => all.extend(mark.layer.getBounds?.() ?? mark.layer.getLatLng()), L.latLngBounds([]));
      dress(true);
      map.fitBounds(bounds.isValid() ? bounds : seen, { animate: false, padding: [12, 12] });
    });
    addEventListener("afterprint", () => {
      dress(false);
      map.setView(before.at, before.zoom, { animate: false });
    });
  }

  /* ---- start --------------------------------------------------------------------- */

  let started = false;

  function openFromState() {
    const i = state.id ? rows.id.indexOf(state.id) : -1;
    if (i >= 0 && matches(i)) open(i, { from: "link" });
  }

  function start() {
    if (innerWidth < 900) document.querySelectorAll(".legend, .sheet").forEach((box) => { box.open = false; });
    viewAt(0); // once the legend takes the room it will take
    buildControls();
    buildList();
    brushing();
    keyboard();
    wheel();
    map.on("zoomstart", () => { moving = true; }).on("zoomend", () => { moving = false; });
    sharing();
    printing();
    theme();
    readFragment();
    const wanted = state.id;
    apply();
    onStart.forEach((job) => job());
    if (state.force || state.area) fitVisible();
    state.id = wanted;
    openFromState();
    addEventListener("hashchange", () => { readFragment(); apply(); openFromState(); });
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    frame();
    started = true;
    document.documentElement.classList.add("ready");
  }

  return { land, relief, stations, plausible, marks: drawnMarks, labels: labelLayer, controls, start, headline };
})();

// @ts-check
// <t-chart>: the zoomable chart. It takes the place of the picture drawn on the server and asks the server for
// smallest, largest and mean value of every step of the span it shows. Without it the picture stays.

const RIBBON_PX = 7;
const HEIGHT_PX = 280;
const SHORTEST_MS = 5 * 60_000;
const COLOURS = ["--track", "--invalid", "--cal", "--missing", "--rule"];

/** @param {string} path @returns {Promise<any>} */
function library(path) {
  // @ts-expect-error uPlot is a classic script
  if (window.uPlot) return Promise.resolve(window.uPlot);
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = path;
    // @ts-expect-error as above
    script.onload = () => resolve(window.uPlot);
    script.onerror = reject;
    document.head.append(script);
  });
}

/** The arrays of a series: a header of JSON, then columns, little-endian. @param {ArrayBuffer} body */
export function decode(body) {
  const length = new DataView(body).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, length)));
  const n = header.count;
  const column = (/** @type {number} */ index) => new Float64Array(body, 4 + length + index * 8 * n, n);
  return { ...header, start: column(0), low: column(1), high: column(2), mean: column(3), state: new Uint8Array(body, 4 + length + 32 * n, n) };
}

class Chart extends HTMLElement {
  /** @type {any} */ plot;
  /** @type {any} */ series;
  /** @type {any} */ words;
  first = [0, 0];
  span = [0, 0];
  at = -1;
  asked = 0;

  async connectedCallback() {
    this.words = JSON.parse(this.dataset.words ?? "{}");
    this.first = this.span = [Number(this.dataset.start), Number(this.dataset.end)];
    try {
      const uPlot = await library(this.dataset.library ?? "");
      this.series = await this.fetch(this.span);
      this.build(uPlot);
    } catch {
      this.say(this.words.failed);
    }
  }

  disconnectedCallback() {
    this.plot?.destroy();
    this.observer?.disconnect();
    document.body.removeEventListener("tynys:change", this.follow);
  }

  /** @param {number[]} span */
  async fetch([start, end]) {
    const buckets = Math.max(100, Math.round(this.clientWidth));
    const answer = await fetch(`${this.dataset.series}&from=${Math.round(start)}&to=${Math.round(end)}&buckets=${buckets}`);
    if (!answer.ok) throw new Error(answer.statusText);
    return decode(await answer.arrayBuffer());
  }

  /** @param {any} uPlot */
  build(uPlot) {
    const tools = document.createElement("div");
    tools.className = "chart-tools";
    for (const [name, sign, act] of /** @type {[string, string, () => void][]} */ ([
      ["zoom_in", "+", () => this.zoom(0.5)],
      ["zoom_out", "−", () => this.zoom(2)],
      ["earlier", "←", () => this.move(-0.5)],
      ["later", "→", () => this.move(0.5)],
      ["whole", this.words.whole, () => this.show(this.first)],
    ])) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = sign;
      button.title = this.words[name];
      button.setAttribute("aria-label", this.words[name]);
      button.addEventListener("click", act);
      tools.append(button);
    }
    const box = document.createElement("div");
    box.className = "chart-box";
    box.tabIndex = 0;
    box.setAttribute("role", "application");
    box.setAttribute("aria-label", this.words.help);
    box.addEventListener("keydown", (event) => this.key(event));
    const readout = document.createElement("p");
    readout.className = "readout";
    readout.setAttribute("aria-live", "polite");
    tools.append(readout);
    this.prepend(tools, box);
    this.classList.add("on");
    this.plot = new uPlot(this.options(uPlot, box), this.data(), box);
    this.observer = new ResizeObserver(() => this.plot.setSize({ width: box.clientWidth, height: HEIGHT_PX }));
    this.observer.observe(box);
    if (this.dataset.follow === "1") document.body.addEventListener("tynys:change", this.follow);
  }

  colour(/** @type {string} */ name) {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    this.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  /** @param {any} uPlot @param {HTMLElement} box */
  options(uPlot, box) {
    const zone = Number(this.dataset.zone) * 3600;
    const [ink, muted, rule, data, band, exceed] = ["--ink", "--muted", "--rule", "--data", "--band", "--exceed"].map((name) => this.colour(name));
    const format = new Intl.NumberFormat(this.words.language, { maximumFractionDigits: 2 });
    const font = `12px ${getComputedStyle(this).fontFamily}`;
    const limit = this.series.limit;
    const stepped = uPlot.paths.stepped({ align: 1 });
    const axis = { stroke: muted, font, grid: { stroke: rule, width: 1 }, ticks: { show: false } };
    return {
      width: box.clientWidth,
      height: HEIGHT_PX,
      tzDate: (/** @type {number} */ s) => uPlot.tzDate(new Date((s + zone) * 1000), "Etc/UTC"),
      cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
      legend: { show: false },
      scales: { x: { time: true }, y: { range: (/** @type {any} */ _, /** @type {number} */ low, /** @type {number} */ high) => this.range(uPlot, low, high, limit) } },
      axes: [
        { ...axis, size: 30, values: this.dates(), space: 70 },
        { ...axis, size: 56, values: (/** @type {any} */ _, /** @type {number[]} */ marks) => marks.map((mark) => format.format(mark)) },
      ],
      series: [
        {},
        { stroke: "transparent", paths: stepped, points: { show: false } },
        { stroke: "transparent", paths: stepped, points: { show: false } },
        { stroke: (/** @type {any} */ u) => this.stroke(u, limit, data, exceed), width: 1.8, paths: stepped, points: { show: this.series.count < 2 } },
      ],
      bands: [{ series: [2, 1], fill: band }],
      hooks: {
        draw: [(/** @type {any} */ u) => this.marks(u, limit, ink, font)],
        setSelect: [(/** @type {any} */ u) => u.select.width > 4 && this.show([u.posToVal(u.select.left, "x") * 1000, u.posToVal(u.select.left + u.select.width, "x") * 1000])],
        setCursor: [(/** @type {any} */ u) => this.read(u.cursor.idx ?? -1)],
      },
    };
  }

  /** The country's civil time of a moment, in parts; the browser may not know the language, so months come from the page. @param {number} ms */
  civil(ms) {
    const local = new Date(ms + Number(this.dataset.zone) * 3_600_000);
    const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
    return { day: `${local.getUTCDate()} ${this.words.months[local.getUTCMonth()]}`, clock: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}` };
  }

  /** Days or hours, as the distance of the marks asks. */
  dates() {
    return (/** @type {any} */ _, /** @type {number[]} */ marks) => {
      const wide = marks.length > 1 && marks[1] - marks[0] >= 86_400;
      return marks.map((mark) => {
        const { day, clock } = this.civil(mark * 1000);
        return wide || clock === "00:00" ? day : clock;
      });
    };
  }

  /** @param {any} uPlot @param {number} low @param {number} high @param {number | null} limit */
  range(uPlot, low, high, limit) {
    if (low == null || high == null) [low, high] = [0, limit ?? 1];
    if (limit != null) [low, high] = [Math.min(low, limit), Math.max(high, limit)];
    if (low > 0 && low < 0.6 * high) low = 0;
    return uPlot.rangeNum(low, high, { min: { pad: 0.05, soft: 0, mode: low === 0 ? 1 : 0 }, max: { pad: 0.08 } });
  }

  /** The mean's colour: red above the limit, by a gradient with a hard edge. @param {any} u @param {number | null} limit @param {string} data @param {string} exceed */
  stroke(u, limit, data, exceed) {
    if (limit == null || !u.bbox.height) return data;
    const edge = Math.min(1, Math.max(0, (u.valToPos(limit, "y", true) - u.bbox.top) / u.bbox.height));
    const gradient = u.ctx.createLinearGradient(0, u.bbox.top, 0, u.bbox.top + u.bbox.height);
    for (const [stop, colour] of /** @type {[number, string][]} */ ([[0, exceed], [edge, exceed], [edge, data], [1, data]])) gradient.addColorStop(stop, colour);
    return gradient;
  }

  /** Limit line and ribbon of states. @param {any} u @param {number | null} limit @param {string} ink @param {string} font */
  marks(u, limit, ink, font) {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    ctx.save();
    if (limit != null) {
      const y = u.valToPos(limit, "y", true);
      ctx.strokeStyle = ctx.fillStyle = ink;
      ctx.lineWidth = 1.4 * ratio;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.font = font.replace("12px", `${12 * ratio}px`);
      ctx.textAlign = "right";
      ctx.textBaseline = "alphabetic"; // uPlot leaves its own, and the line would run through the words
      ctx.fillText(this.words.limit, bbox.left + bbox.width, y - 5 * ratio);
    }
    const { start, state, interval_ms: step } = this.series;
    const top = bbox.top + bbox.height - RIBBON_PX * ratio;
    const colours = COLOURS.map((name) => this.colour(name));
    ctx.beginPath();
    ctx.rect(bbox.left, top, bbox.width, RIBBON_PX * ratio);
    ctx.clip();
    for (let i = 0; i < start.length; i += 1) {
      if (state[i] === 0) continue;
      const left = u.valToPos(start[i] / 1000, "x", true);
      const width = Math.max(ratio, u.valToPos((start[i] + step) / 1000, "x", true) - left);
      ctx.fillStyle = colours[state[i]];
      ctx.fillRect(left, top, width, RIBBON_PX * ratio);
    }
    ctx.restore();
  }

  /** uPlot's columns: seconds, smallest, largest, mean; a gap between steps is a gap. */
  data() {
    const { start, low, high, mean, interval_ms: step } = this.series;
    /** @type {(number | null)[][]} */ const columns = [[], [], [], []];
    const put = (/** @type {number} */ time, /** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ c) =>
      [time / 1000, ...[a, b, c].map((value) => (Number.isNaN(value) ? null : value))].forEach((value, index) => columns[index].push(value));
    for (let i = 0; i < start.length; i += 1) {
      if (i > 0 && start[i] - start[i - 1] > 1.5 * step) put(start[i - 1] + step, NaN, NaN, NaN);
      put(start[i], low[i], high[i], mean[i]);
    }
    if (start.length) put(start.at(-1) + step, low.at(-1), high.at(-1), mean.at(-1));
    return columns;
  }

  follow = () => {
    if (this.span !== this.first || document.hidden || Date.now() - this.asked < 15_000) return;
    this.asked = Date.now();
    void this.show(this.first);
  };

  /** @param {number[]} span */
  async show(span) {
    const kept = this.span;
    this.span = span;
    try {
      this.series = await this.fetch(span);
    } catch {
      this.span = kept;
      return this.say(this.words.failed);
    }
    this.plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.plot.setData(this.data(), false);
    this.plot.batch(() => {
      this.plot.setScale("x", { min: span[0] / 1000, max: span[1] / 1000 });
    });
    this.say(this.series.count ? "" : this.words.nothing);
    const address = new URL(location.href);
    for (const name of ["from", "to"]) address.searchParams.delete(name);
    if (span !== this.first) {
      address.searchParams.set("from", String(Math.round(span[0])));
      address.searchParams.set("to", String(Math.round(span[1])));
    }
    history.replaceState(history.state, "", address);
  }

  /** @param {number} factor */
  zoom(factor) {
    const [start, end] = this.span;
    const middle = this.at >= 0 && factor < 1 ? this.plot.data[0][this.at] * 1000 : (start + end) / 2;
    const half = (Math.max(SHORTEST_MS, (end - start) * factor)) / 2;
    void this.show([Math.round(middle - half), Math.round(middle + half)]);
  }

  /** @param {number} share */
  move(share) {
    const [start, end] = this.span;
    const by = Math.round((end - start) * share);
    void this.show([start + by, end + by]);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowLeft: () => this.point(-1),
      ArrowRight: () => this.point(1),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      PageUp: () => this.move(-0.5),
      PageDown: () => this.move(0.5),
      Home: () => void this.show(this.first),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }

  /** @param {number} by */
  point(by) {
    const last = this.plot.data[0].length - 1;
    this.at = Math.min(last, Math.max(0, this.at < 0 ? last : this.at + by));
    this.plot.setCursor({ left: this.plot.valToPos(this.plot.data[0][this.at], "x"), top: 10 });
  }

  /** @param {number} index */
  read(index) {
    if (index < 0 || index == null) return;
    this.at = index;
    const [time, low, high, mean] = this.plot.data.map((/** @type {any} */ column) => column[index]);
    const format = new Intl.NumberFormat(this.words.language, { maximumSignificantDigits: 4 });
    const { day, clock } = this.civil(time * 1000);
    const moment = `${day}, ${clock}`;
    if (mean == null) return this.say(`${moment}: ${this.words.nothing}`);
    const spread = low === high ? "" : ` (${this.words.lowest} ${format.format(low)}, ${this.words.highest} ${format.format(high)})`;
    this.say(`${moment}: ${format.format(mean)} ${this.words.unit}${spread}`);
  }

  /** @param {string} words */
  say(words) {
    let place = this.querySelector(".readout");
    if (!place) {
      place = document.createElement("p");
      place.className = "readout";
      this.append(place);
    }
    place.textContent = words;
  }
}

customElements.define("t-chart", Chart);

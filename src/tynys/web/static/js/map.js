// @ts-check
// <t-map>: the zoomable map, opened on demand over the picture. It draws the outline the build made and
// the facilities of the table beside it; it needs no tiles, no glyphs and no network.

const BOUNDS = /** @type {[[number, number], [number, number]]} */ ([[45.5, 40], [88, 56]]);

/** Height of a mark with the air it needs. */
const MARK_PX = 26;

class Atlas extends HTMLElement {
  /** @type {any} */ map;
  /** @type {any[]} */ markers = [];

  connectedCallback() {
    const tools = document.createElement("div");
    tools.className = "map-tools";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = this.dataset.open ?? "";
    this.button.addEventListener("click", () => (this.map ? this.close() : void this.open()));
    tools.append(this.button);
    this.append(tools);
  }

  disconnectedCallback() {
    this.close();
  }

  close() {
    document.removeEventListener("htmx:after:swap", this.place);
    this.map?.remove();
    this.canvas?.remove();
    this.map = undefined;
    this.markers = [];
    this.classList.remove("open");
    if (this.button) this.button.textContent = this.dataset.open ?? "";
  }

  async open() {
    this.button?.setAttribute("aria-busy", "true");
    try {
      const style = document.createElement("link");
      style.rel = "stylesheet";
      style.href = this.dataset.style ?? "";
      document.head.append(style);
      const library = await import(this.dataset.library ?? "");
      library.setWorkerUrl(this.dataset.worker);
      this.library = library;
      this.show();
    } catch {
      this.close();
      const words = document.createElement("p");
      words.className = "sub";
      words.textContent = this.dataset.failed ?? "";
      this.append(words);
    }
    this.button?.removeAttribute("aria-busy");
  }

  show() {
    this.canvas = document.createElement("div");
    this.canvas.className = "map-canvas";
    this.prepend(this.canvas);
    this.classList.add("open");
    const colour = (/** @type {string} */ name) => this.colour(name);
    this.map = new this.library.Map({
      container: this.canvas,
      bounds: BOUNDS,
      fitBoundsOptions: { padding: 12 },
      maxZoom: 12,
      minZoom: 2,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      locale: { "NavigationControl.ZoomIn": this.dataset.in, "NavigationControl.ZoomOut": this.dataset.out, "Map.Title": this.dataset.label },
      style: {
        version: 8,
        sources: { land: { type: "geojson", data: new URL(this.dataset.outline ?? "", location.href).href } },
        layers: [
          { id: "sea", type: "background", paint: { "background-color": colour("--track") } },
          { id: "land", type: "fill", source: "land", filter: ["!", ["get", "home"]], paint: { "fill-color": colour("--canvas") } },
          { id: "home", type: "fill", source: "land", filter: ["get", "home"], paint: { "fill-color": colour("--surface") } },
          { id: "edge", type: "line", source: "land", paint: { "line-color": colour("--edge"), "line-width": ["case", ["get", "home"], 1.4, 0.5] } },
        ],
      },
    });
    this.map.addControl(new this.library.NavigationControl({ showCompass: false }));
    this.map.addControl(new this.library.AttributionControl({ compact: false, customAttribution: "Natural Earth" }), "bottom-left");
    this.map.touchZoomRotate.disableRotation();
    if (this.button) this.button.textContent = this.dataset.close ?? "";
    this.place();
    this.map.on("move", this.spread);
    document.addEventListener("htmx:after:swap", this.place);
  }

  colour(/** @type {string} */ name) {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    this.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  /** Marks from the rows of the table twin, each a link; one that is there stays, so that it keeps the focus and can be clicked. */
  place = () => {
    const rows = /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("tr[data-latitude]"));
    for (const marker of this.markers.splice(rows.length)) marker.remove();
    rows.forEach((row, index) => {
      const at = [Number(row.dataset.longitude), Number(row.dataset.latitude)];
      const marker = (this.markers[index] ??= this.mark(at)).setLngLat(at);
      this.dress(marker.getElement(), row);
    });
    this.spread();
  };

  mark(/** @type {number[]} */ at) {
    const element = document.createElement("a");
    element.className = "marker";
    return new this.library.Marker({ element, anchor: "left" }).setLngLat(at).addTo(this.map);
  }

  /** The link, the words and the state of a row. */
  dress(/** @type {HTMLAnchorElement} */ mark, /** @type {HTMLElement} */ row) {
    const link = /** @type {HTMLAnchorElement} */ (row.querySelector("a")?.cloneNode(true));
    const icon = row.querySelector("svg")?.cloneNode(true);
    if (icon) link.prepend(icon);
    mark.href = link.href;
    if (mark.textContent === link.textContent && mark.dataset.standing === row.dataset.standing) return;
    mark.replaceChildren(...link.childNodes);
    mark.classList.remove(`s-${mark.dataset.standing}`);
    mark.classList.add(`s-${row.dataset.standing}`);
    mark.dataset.standing = row.dataset.standing;
  }

  /** Marks of near neighbours stand under each other, so that each can be read and hit. */
  spread = () => {
    /** @type {{left: number, right: number, top: number}[]} */ const taken = [];
    for (const marker of this.markers) {
      const { x, y } = this.map.project(marker.getLngLat());
      const right = x + marker.getElement().offsetWidth;
      let top = y; // half a pixel less than a mark counts as free: a sum of fractions may round to just below it, for ever
      for (let hit; (hit = taken.find((other) => Math.abs(other.top - top) < MARK_PX - 0.5 && x < other.right && right > other.left)); ) top = hit.top + MARK_PX;
      taken.push({ left: x, right, top });
      marker.setOffset([0, top - y]);
    }
  };
}

customElements.define("t-map", Atlas);

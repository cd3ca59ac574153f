// @ts-check
// <t-live>: one connection to the stream. When something happens it asks for the page's living zones again,
// once a second at most and only while the page is looked at; the server words and draws them.

const PAUSE_MS = 1000;
const LOST_AFTER_MS = 6000;

class Live extends HTMLElement {
  /** @type {EventSource | undefined} */ source;
  /** @type {number | undefined} */ timer;
  /** @type {number | undefined} */ lost;
  due = false;
  busy = false;

  connectedCallback() {
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.look);
    this.close();
  }

  look = () => {
    if (document.hidden) return this.close();
    this.open();
    this.changed();
  };

  open() {
    if (this.source) return;
    const source = (this.source = new EventSource(this.dataset.stream ?? ""));
    for (const name of (this.dataset.events ?? "").split(" ")) source.addEventListener(name, () => this.changed());
    source.addEventListener("open", () => this.well());
    source.addEventListener("error", () => {
      this.lost ??= setTimeout(() => this.say(), LOST_AFTER_MS);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.again(), LOST_AFTER_MS);
    });
  }

  close() {
    this.source?.close();
    this.source = undefined;
  }

  again() {
    this.close();
    if (this.isConnected && !document.hidden) this.open();
  }

  well() {
    clearTimeout(this.lost);
    this.lost = undefined;
    this.hidden = true;
  }

  say() {
    this.textContent = this.dataset.lost ?? "";
    this.hidden = false;
  }

  /** Something changed: refresh now, or when the pause is over. */
  changed() {
    this.due = true;
    this.timer ??= setTimeout(() => this.refresh(), this.busy ? PAUSE_MS : 0);
  }

  async refresh() {
    this.due = false;
    this.busy = true;
    try {
      await this.ask();
      document.body.dispatchEvent(new CustomEvent("tynys:change"));
    } catch {
      this.lost ??= setTimeout(() => this.say(), LOST_AFTER_MS);
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.busy = false;
      if (this.due) this.changed();
    }, PAUSE_MS);
  }

  async ask() {
    if (!this.dataset.part) return;
    const asked = location.href;
    const address = new URL(asked);
    address.searchParams.set("part", "live");
    // @ts-expect-error htmx is a classic script
    await window.htmx.ajax("GET", address.pathname + address.search, { source: this, target: this, swap: "none" });
    if (location.href !== asked) this.changed(); // a filter was set meanwhile: what came is of the page before
  }
}

customElements.define("t-live", Live);

// @ts-check
// The page's own elements. Each one improves something that already works without it.
import "./live.js";
import "./copy.js";

/** Elements that are only loaded where a page has them. */
const lazy = /** @type {const} */ ({ "t-chart": "./chart.js", "t-map": "./map.js" });

function load() {
  for (const [name, path] of Object.entries(lazy)) {
    if (document.querySelector(name) && !customElements.get(name)) void import(path);
  }
}

load();
document.addEventListener("htmx:after:swap", load);

// @ts-check
// <t-copy>: a button that puts its text on the clipboard.

class Copy extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.dataset.text ?? "");
      const before = button.textContent;
      button.textContent = this.dataset.done ?? "";
      setTimeout(() => (button.textContent = before), 1500);
    });
  }
}

customElements.define("t-copy", Copy);

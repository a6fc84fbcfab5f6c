// Keys; off while something is typed, and with modifiers.
const keysOn = () => stored("inbox-keys") !== "off";
const dialog = one("[data-keys-dialog]"), keysSwitch = one("[data-keys-switch]");
if (keysSwitch) {
  keysSwitch.checked = keysOn();
  keysSwitch.addEventListener("change", () => stored("inbox-keys", keysSwitch.checked ? "on" : "off"));
}
const open = (selector) => {
  const link = one(selector);
  if (!link) return false;
  link.click();
  if (link.matches("summary")) link.focus();
  return true;
};
// A page of an error belongs to no server.
const pages = document.body.dataset.base ? { i: "", w: "/webhooks", t: "/templates", r: "/requests" } : { i: "" };
const keys = {
  j: () => (list ? move(1) : open("[data-older]")),
  k: () => (list ? move(-1) : open("[data-newer]")),
  o: () => items()[current] && rowOf(items()[current]).click(),
  u: () => open("[data-back]"),
  Escape: () => open("[data-back]"),
  "/": () => one(".search input")?.focus(),
  ".": showWaiting,
  x: () => list && choose(),
  "#": () => (chosen.size ? one("[data-chosen]").requestSubmit() : open("[data-delete]")),
  c: () => (chosen.size ? copy([...chosen].join("\n")) : open("[data-click-menu]")),
  b: () => open("[data-bounce-menu]"),
  r: () => open("[data-resend]"),
  t: switchTheme,
  "?": () => dialog.showModal(),
};
let going = 0;
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (event.key === "Escape") {
    const menu = one("details.popup[open]");
    if (menu) {
      menu.open = false;
      one("summary", menu).focus();
      return;
    }
    if (typing && event.target.matches(".search input")) {
      event.target.blur();
      return;
    }
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !keysOn()) return;
  if (Date.now() - going < 1500 && event.key in pages) {
    location.href = base + pages[event.key];
  } else if (event.key === "g") {
    going = Date.now();
    return;
  } else if (/^[1-9]$/.test(event.key)) {
    const tab = all(".msg [data-tab]")[Number(event.key) - 1];
    if (tab) tab.click();
  } else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  }
  going = 0;
});

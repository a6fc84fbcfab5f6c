// Notifications of new messages, while the page is in the background; off until they are switched on.
"use strict";
(() => {
  const button = document.querySelector("[data-notify]");
  if (!button || !("Notification" in window)) return;
  const name = "inbox-notify";
  const on = () => {
    try {
      return localStorage.getItem(name) === "on" && Notification.permission === "granted";
    } catch {
      return false;
    }
  };
  const show = () => button.setAttribute("aria-pressed", String(on()));
  button.hidden = false;
  show();
  button.addEventListener("click", async () => {
    const wanted = !on() && (await Notification.requestPermission()) === "granted";
    try {
      localStorage.setItem(name, wanted ? "on" : "off");
    } catch { /* without storage, they stay off */ }
    show();
  });
  document.addEventListener("inbox:new", (event) => {
    if (!on() || !document.hidden) return;
    const { words, subject, href } = event.detail;
    // One at a time: a later one takes the place of the one before.
    const notification = new Notification(words, { body: subject, tag: "emailapi-inbox" });
    notification.addEventListener("click", () => {
      focus();
      location.href = href;
    });
  });
})();

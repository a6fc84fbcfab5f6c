// The sandbox's inbox: what all its scripts need. Every page works without them. They are one script when they are
// sent, in the order of `frontend.py`, so that names of one file are known in the files behind it.
"use strict";
const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const stored = (name, value) => {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch { /* without storage, nothing is kept */ }
  return null;
};
const base = document.body.dataset.base || "/inbox";
const root = document.documentElement;

// Words for screen readers, at most every ten seconds.
let saidAt = 0;
const say = (words, now = false) => {
  if (!now && Date.now() - saidAt < 10000) return;
  saidAt = Date.now();
  one("[data-live-words]").textContent = words;
};

// Light or dark: by the system until one is chosen, the other one first, and after both by the system again.
const theme = stored("inbox-theme");
if (theme === "light" || theme === "dark") root.dataset.theme = theme;
const nameTheme = () => {
  const words = `Theme: ${root.dataset.theme || "as the system"}`;
  for (const button of all("[data-theme-switch]")) Object.assign(button, { hidden: false, title: words, ariaLabel: words });
  return words;
};
const switchTheme = () => {
  const order = matchMedia("(prefers-color-scheme: dark)").matches ? ["", "light", "dark"] : ["", "dark", "light"];
  const next = order[(order.indexOf(root.dataset.theme || "") + 1) % 3];
  if (next) root.dataset.theme = next;
  else delete root.dataset.theme;
  stored("inbox-theme", next);
  say(nameTheme(), true);
};
nameTheme();
for (const button of all("[data-theme-switch]")) button.addEventListener("click", switchTheme);

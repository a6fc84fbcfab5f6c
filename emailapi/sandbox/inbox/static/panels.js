// Parts of pages: copying, menus, tabs, and tables that are narrowed.
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say("Copied", true);
};
const prepare = (part) => {
  for (const button of all("[data-copy]", part)) button.hidden = false;
  for (const box of all("[data-snippets]", part)) {
    const tabs = one("[role=tablist]", box), panels = all("[role=tabpanel]", box), buttons = all("[role=tab]", box);
    const show = (index) => buttons.forEach((button, place) => {
      button.setAttribute("aria-selected", String(place === index));
      button.tabIndex = place === index ? 0 : -1;
      panels[place].hidden = place !== index;
    });
    tabs.hidden = buttons.length < 2;
    buttons.forEach((button, index) => button.addEventListener("click", () => show(index)));
    tabs.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = (buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length;
      show(next);
      buttons[next].focus();
    });
    show(0);
  }
};
prepare(document);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  // Without a text of its own, a button copies the first source of its panel.
  if (button) copy(button.dataset.copy || one("pre", button.closest("[role=tabpanel]")).textContent);
  for (const menu of all("details.popup[open]")) if (!menu.contains(event.target)) menu.open = false;
  const link = event.target.closest("a.menu");
  if (link) {
    event.preventDefault();
    one("#nav").classList.toggle("open");
  }
});
for (const field of all("[data-reveal]")) {
  field.hidden = false;
  field.addEventListener("click", () => {
    const target = one(`#${field.dataset.reveal}`);
    target.hidden = !target.hidden;
    field.setAttribute("aria-expanded", String(!target.hidden));
  });
}

// The tabs of a message are links: arrows move among them.
const views = all(".msg [data-tab]");
for (const [index, tab] of views.entries()) {
  tab.tabIndex = tab.getAttribute("aria-selected") === "true" || (index === 0 && !one(".msg [aria-selected=true]")) ? 0 : -1;
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    views[(index + step + views.length) % views.length].focus();
  });
}

// Rows that are narrowed while something is typed.
for (const field of all("[data-filter]")) {
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of all(`#${field.dataset.filter} > tr`)) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}

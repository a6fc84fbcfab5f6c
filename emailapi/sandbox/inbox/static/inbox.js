// The sandbox's inbox: live lists, keys, copying. Every page works without this script.
"use strict";
(() => {
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

  // Words for screen readers, at most every ten seconds.
  let saidAt = 0;
  const say = (words, now = false) => {
    if (!now && Date.now() - saidAt < 10000) return;
    saidAt = Date.now();
    one("[data-live-words]").textContent = words;
  };

  // Copying
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

  // The list
  const list = one("[data-rows]");
  const items = () => (list ? all("li[data-id]", list) : []);
  const rowOf = (item) => one("a.row", item);
  let current = -1;
  const chosen = new Set();
  const move = (step) => {
    const rows = items();
    if (!rows.length) return;
    current = Math.min(Math.max(current + step, 0), rows.length - 1);
    rows.forEach((item, place) => {
      if (place === current) rowOf(item).setAttribute("aria-current", "true");
      else rowOf(item).removeAttribute("aria-current");
    });
    rowOf(rows[current]).focus();
  };
  const showChosen = () => {
    const bar = one("[data-chosen]");
    for (const item of items()) rowOf(item).classList.toggle("chosen", chosen.has(item.dataset.id));
    bar.hidden = !chosen.size;
    one("[data-count]", bar).textContent = `${chosen.size} selected`;
    one("[data-ids]", bar).replaceChildren(...[...chosen].map((id) => {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "id", value: id });
      return field;
    }));
  };
  const choose = () => {
    const item = items()[current];
    if (!item) return;
    if (!chosen.delete(item.dataset.id)) chosen.add(item.dataset.id);
    showChosen();
  };
  if (list) {
    list.addEventListener("focusin", (event) => {
      const item = event.target.closest("li[data-id]");
      if (item) current = items().indexOf(item);
    });
    one("[data-copy-ids]").addEventListener("click", () => copy([...chosen].join("\n")));
  }

  // New rows wait while something in the list is pointed at: nothing moves under the pointer.
  let waiting = null;
  const pill = one("[data-pill]");
  const busy = () => scrollY > 40 || list.matches(":hover") || list.contains(document.activeElement) || chosen.size > 0;
  const show = (fresh) => {
    const known = new Set(items().map((item) => item.dataset.id));
    const focused = document.activeElement.closest && document.activeElement.closest("li[data-id]");
    const id = focused && list.contains(focused) ? focused.dataset.id : null;
    list.replaceChildren(...fresh.childNodes);
    for (const item of items()) if (!known.has(item.dataset.id)) rowOf(item).classList.add("fresh");
    if (id) {
      const again = items().find((item) => item.dataset.id === id);
      if (again) rowOf(again).focus({ preventScroll: true });
    }
    current = -1;
    waiting = null;
    pill.hidden = true;
  };
  // Counts of the navigation and the filters, the number of messages, and what is wrong with the data file.
  const showFacts = (facts) => {
    for (const count of all("b[data-of]", facts)) {
      for (const link of all(".nav a, a.filter")) {
        if (link.getAttribute("href") === count.dataset.of && one("b", link)) one("b", link).textContent = count.textContent;
      }
    }
    const total = one("[data-total-words]"), bar = one("[data-trouble-bar]"), trouble = one("[data-trouble]", facts).textContent;
    if (total) total.textContent = one("[data-total]", facts).textContent;
    if (bar.textContent !== trouble) bar.textContent = trouble;
    bar.hidden = !trouble;
    facts.remove();
  };
  const update = (fresh) => {
    showFacts(one("[data-facts]", fresh));
    const rows = new Map(all("li[data-id]", fresh).map((item) => [item.dataset.id, item]));
    const known = new Map(items().map((item) => [item.dataset.id, item]));
    const added = [...rows.keys()].filter((id) => !known.has(id)).length;
    if (!known.size && rows.size) return location.reload();
    for (const [id, item] of known) {
      const now = rows.get(id);
      if (!now || now.dataset.key === item.dataset.key) continue;
      // The link itself stays, with its focus, its marks, and its animation.
      const row = rowOf(item), later = rowOf(now.cloneNode(true));
      item.dataset.key = now.dataset.key;
      row.classList.toggle("new", later.classList.contains("new"));
      row.replaceChildren(...later.childNodes);
    }
    const unseen = all(".row.new", fresh).length;
    document.title = document.title.replace(/^\(\d+\) /, "");
    if (unseen) document.title = `(${unseen}) ${document.title}`;
    if (!added) {
      if (rows.size < known.size && !busy()) show(fresh);
      return undefined;
    }
    const words = `${added} new message${added === 1 ? "" : "s"}`;
    say(words);
    const first = rowOf([...rows.values()][0]);
    const detail = { words, subject: one("strong", first).textContent, href: added === 1 ? first.href : location.href };
    document.dispatchEvent(new CustomEvent("inbox:new", { detail }));
    if (list.dataset.first !== "true") return undefined;
    if (!busy()) return show(fresh);
    waiting = fresh;
    pill.textContent = `${added} new`;
    pill.hidden = false;
    return undefined;
  };
  const showWaiting = () => {
    if (!waiting) return;
    scrollTo(0, 0);
    show(waiting);
  };
  if (pill) pill.addEventListener("click", showWaiting);

  let fetching = false, again = false;
  const refresh = async () => {
    if (!list) {
      document.dispatchEvent(new CustomEvent("inbox:changed"));
      return;
    }
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    try {
      const response = await fetch(`${base}/rows${location.search}`);
      if (response.ok) {
        const fresh = document.createElement("div");
        fresh.innerHTML = await response.text();
        update(fresh);
        state("live");
      }
    } catch {
      state("wait");
    }
    fetching = false;
    if (again) {
      again = false;
      setTimeout(refresh, 200);
    }
  };

  // Live: one tab of all holds the stream and tells the others.
  const light = one("[data-live]"), gone = one("[data-gone]");
  let broken = 0;
  const state = (kind) => {
    if (kind === "live") broken = 0;
    else broken = broken || Date.now();
    const over = broken && Date.now() - broken > 6000;
    if (light) {
      light.hidden = false;
      light.dataset.state = kind === "live" ? "live" : over ? "off" : "wait";
      light.textContent = kind === "live" ? "Live" : over ? "Offline" : "Reconnecting";
    }
    if (over && gone.hidden) {
      const last = one("li[data-id] time", list || document);
      gone.textContent = `The sandbox has stopped: this page shows what it had${last ? ` until ${last.textContent}` : ""}.`;
    }
    gone.hidden = !over;
    // Buttons of impossible events stay disabled.
    for (const button of all(over ? "main form[method=post] button:enabled" : "[data-paused]")) {
      button.disabled = Boolean(over);
      button.toggleAttribute("data-paused", Boolean(over));
    }
  };
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("emailapi-inbox") : null;
  // The state of the database that the page shows: what came before the stream began is fetched, too.
  let seen = Number(document.body.dataset.revision);
  const changed = (revision) => {
    state("live");
    if (revision !== seen) refresh();
    seen = revision;
  };
  const poll = () => setInterval(() => document.hidden || refresh(), 2000);
  const stream = (ended) => {
    const source = new EventSource("/inbox/events");
    source.onmessage = (event) => {
      const revision = JSON.parse(event.data).rev;
      changed(revision);
      if (channel) channel.postMessage(revision);
    };
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED && !broken) {
        poll();
        if (ended) ended();
        return;
      }
      state("wait");
      if (channel) channel.postMessage(-1);
      if (source.readyState === EventSource.CLOSED) setTimeout(() => stream(ended), 2000);
      else setTimeout(() => broken && state("wait"), 6100);
    };
    addEventListener("pagehide", () => source.close());
  };
  if (document.body.dataset.base) {
    state("live");
    if (channel) channel.onmessage = (event) => (event.data === -1 ? state("wait") : changed(event.data));
    if (channel && navigator.locks) navigator.locks.request("emailapi-inbox", () => new Promise(stream));
    else poll();
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
  const pages = { i: "", w: "/webhooks", t: "/templates", r: "/requests" };
  const keys = {
    j: () => (list ? move(1) : open("[data-older]")),
    k: () => (list ? move(-1) : open("[data-newer]")),
    o: () => items()[current] && rowOf(items()[current]).click(),
    u: () => open("[data-back]"),
    Escape: () => open("[data-back]"),
    "/": () => one(".search input").focus(),
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
    if (event.target.closest("[role=tablist]") && event.key !== "?") return;
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
})();

// Updates of the list, without a change of what is pointed at.

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

// The list: the row that keys move to, and the rows that are chosen.
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

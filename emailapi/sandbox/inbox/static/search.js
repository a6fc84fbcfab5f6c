// Suggestions under the search box: operators, and the values of the operator that is typed.
"use strict";
(() => {
  const input = document.querySelector(".search input"), box = document.querySelector("#suggestions");
  if (!input || !box) return;
  const base = document.body.dataset.base;
  const most = 12;
  let known = null, current = -1;

  // Asked for again each time the box is entered: tags and streams come and go.
  const load = async () => {
    try {
      const response = await fetch(`${base}/suggestions`);
      if (response.ok) known = await response.json();
      if (document.activeElement === input) suggest();
    } catch { /* without suggestions, searching works */ }
  };
  const options = () => [...box.querySelectorAll("[role=option]")];
  const close = () => {
    box.hidden = true;
    current = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  // The term at the cursor: where it begins, its minus sign, its operator, and what is typed of the rest.
  const term = () => {
    const end = input.selectionStart, before = input.value.slice(0, end);
    if (end < input.value.length && /\S/.test(input.value[end])) return null;
    const [word] = before.match(/\S*$/);
    const [, minus, name, typed] = word.match(/^(-?)(?:([a-z]+):)?(.*)$/i);
    return { start: end - word.length, end, minus, name: (name || "").toLowerCase(), typed: typed.toLowerCase() };
  };
  const found = () => {
    const at = known && term();
    if (!at) return [];
    const pairs = at.name ? known.values[at.name] || [] : known.operators;
    const begins = pairs.filter(([text]) => text.toLowerCase().startsWith(at.typed));
    const inside = at.typed.length > 1 ? pairs.filter(([text, does]) => !begins.some(([one]) => one === text) && `${text} ${does}`.toLowerCase().includes(at.typed)) : [];
    return [...begins, ...inside].filter(([text]) => text.toLowerCase() !== at.typed).slice(0, most);
  };
  const choose = (text) => {
    const at = term();
    const value = /\s/.test(text) ? `"${text}"` : text;
    const whole = at.minus + (at.name ? `${at.name}:` : "") + value + (value.endsWith(":") ? "" : " ");
    input.setRangeText(whole, at.start, at.end, "end");
    input.focus();
    suggest();
  };
  const mark = (place) => {
    const all = options();
    current = place;
    all.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    if (place < 0) return input.removeAttribute("aria-activedescendant");
    all[place].scrollIntoView({ block: "nearest" });
    return input.setAttribute("aria-activedescendant", all[place].id);
  };
  const suggest = () => {
    const pairs = found();
    if (!pairs.length) return close();
    box.replaceChildren(...pairs.map(([text, does], index) => {
      const option = document.createElement("li"), code = document.createElement("code"), words = document.createElement("span");
      Object.assign(option, { id: `suggestion-${index}` });
      option.setAttribute("role", "option");
      option.dataset.text = text;
      code.textContent = text;
      words.textContent = does;
      option.append(code, words);
      return option;
    }));
    box.hidden = false;
    input.setAttribute("aria-expanded", "true");
    return mark(-1);
  };
  input.addEventListener("focus", load);
  input.addEventListener("input", suggest);
  input.addEventListener("click", suggest);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const number = box.hidden ? 0 : options().length;
    if (event.key === "ArrowDown" && box.hidden) suggest();
    else if (event.key === "ArrowDown" && number) mark(current + 1 < number ? current + 1 : -1);
    else if (event.key === "ArrowUp" && number) mark(current < 0 ? number - 1 : current - 1);
    else if (event.key === "Enter" && current >= 0) choose(options()[current].dataset.text);
    else if (event.key === "Escape" && number) {
      close();
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
  // Before the box would lose the focus.
  box.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) choose(option.dataset.text);
  });
})();

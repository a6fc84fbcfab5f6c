// The events and webhooks of a message follow what happens, unless they are in use: nothing moves under the pointer.
"use strict";
(() => {
  const rail = one(".rail");
  if (!rail) return;
  let fetching = false, again = false, leaving = false;
  const busy = () => rail.matches(":hover") || rail.contains(document.activeElement) || Boolean(one("details[open]", rail));
  const update = async () => {
    again = fetching || busy();
    if (again || leaving) return;
    fetching = true;
    try {
      const response = await fetch(location.href);
      if (response.status === 404 && !leaving) {
        leaving = true;
        const notice = document.createElement("p");
        Object.assign(notice, { className: "notice bad", role: "alert", textContent: "This message was deleted: the page shows what it had." });
        one("#main").prepend(notice);
      }
      if (response.ok) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        again = again || busy();
        for (const selector of again ? [] : [".rail", ".outcome", ".tabs .narrow"]) {
          const fresh = one(selector, page), shown = one(selector);
          if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
        }
      }
    } catch { /* the sandbox has stopped, as the page says */ }
    fetching = false;
    later();
  };
  const later = () => again && !busy() && setTimeout(update, 300);
  document.addEventListener("inbox:changed", update);
  document.addEventListener("submit", () => {
    leaving = true;
  });
  rail.addEventListener("mouseleave", later);
  rail.addEventListener("focusout", () => setTimeout(later));
})();

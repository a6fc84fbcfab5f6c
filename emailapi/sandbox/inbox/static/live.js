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

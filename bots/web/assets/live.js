// Shows what changes in the page as it is told. Without it the page stays as it was loaded.
"use strict";

const jobs = document.getElementById("jobs");
const said = document.getElementById("said");
const lost = document.getElementById("lost");
const ends = document.getElementById("ends");
const AGAIN_MS = 10000;
let stream;

// Only what differs is exchanged, so that the link in a row keeps the focus.
function draw(id, html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.firstElementChild;
  const known = document.getElementById(fresh.id);
  if (!known) {
    jobs.append(fresh);
    return;
  }
  [...fresh.children].forEach((part, place) => {
    const old = known.children[place];
    if (old.outerHTML !== part.outerHTML) old.replaceWith(part);
  });
}

function move(id, [text, percent]) {
  const row = document.getElementById(`j-${id}`);
  if (!row) return;
  const bar = row.querySelector("progress");
  row.querySelector(".doing").textContent = text;
  bar.hidden = percent === null;
  bar.value = percent ?? 0;
}

// The focus stays where it is; where its row is gone, it goes to the heading of the list.
function arrange(order) {
  const held = jobs.contains(document.activeElement) ? document.activeElement : null;
  const wanted = order.map((id) => document.getElementById(`j-${id}`)).filter(Boolean);
  const kept = new Set(wanted);
  [...jobs.children].forEach((row) => kept.has(row) || row.remove());
  wanted.forEach((row, place) => {
    if (jobs.children[place] !== row) jobs.insertBefore(row, jobs.children[place]);
  });
  if (held && held !== document.activeElement) {
    const next = held.isConnected ? held : document.getElementById("running");
    next.focus({ preventScroll: true });
  }
  document.getElementById("none").hidden = wanted.length > 0;
}

function count(counts) {
  for (const [name, many] of Object.entries(counts)) {
    const shown = document.querySelector(`[data-count="${name}"]`);
    shown.hidden = !many && name !== "running";
    shown.querySelector("dd").textContent = many;
  }
}

function show(told) {
  Object.entries(told.rows ?? {}).forEach(([id, html]) => draw(id, html));
  Object.entries(told.moves ?? {}).forEach(([id, moved]) => move(id, moved));
  if (told.order) arrange(told.order);
  if (told.counts) count(told.counts);
  if (told.more !== undefined) document.getElementById("more").textContent = told.more;
  if (told.ends !== undefined && !ends.contains(document.activeElement)) ends.innerHTML = told.ends;
  if (told.said) said.textContent = told.said;
}

function open() {
  stream = new EventSource("events");
  stream.onmessage = (told) => show(JSON.parse(told.data));
  stream.onopen = () => (lost.hidden = true);
  // A browser tries again by itself, but not where it was refused.
  stream.onerror = () => {
    lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(open, AGAIN_MS);
  };
}

document.getElementById("still").hidden = true;
open();
addEventListener("pagehide", () => stream.close());
addEventListener("pageshow", (event) => event.persisted && location.reload());

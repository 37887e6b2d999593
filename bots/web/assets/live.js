// Shows what changes in the page as it is told. Without it the page stays as it was loaded.
"use strict";

const jobs = document.getElementById("jobs");
const said = document.getElementById("said");
const ends = document.getElementById("ends");
const answers = document.getElementById("answers");
const elsewhere = document.getElementById("elsewhere");

function draw(id, html) {
  const fresh = parsed(html).firstElementChild;
  const known = document.getElementById(fresh.id);
  if (known) exchange(known, fresh);
  else jobs.append(fresh);
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

// A link that somebody is at stays where it is.
function renew(list, html) {
  if (html === undefined || !list || list.contains(document.activeElement)) return;
  list.innerHTML = html;
}

function show(told) {
  Object.entries(told.rows ?? {}).forEach(([id, html]) => draw(id, html));
  Object.entries(told.moves ?? {}).forEach(([id, moved]) => move(id, moved));
  if (told.order) arrange(told.order);
  if (told.counts) count(told.counts);
  if (told.more !== undefined) document.getElementById("more").textContent = told.more;
  if (told.answers !== undefined) {
    answers.innerHTML = told.answers;
    answers.closest("section").hidden = !answers.children.length;
  }
  renew(ends, told.ends);
  renew(elsewhere, told.elsewhere);
  if (told.looked && elsewhere) document.getElementById("looked").textContent = told.looked;
  if (told.said) said.textContent = told.said;
}

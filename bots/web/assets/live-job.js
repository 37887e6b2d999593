// Shows how one job goes on. Without it the page stays as it was loaded.
"use strict";

const bar = document.getElementById("bar");
const doing = document.getElementById("doing");
const elapsed = document.getElementById("elapsed");
const said = document.getElementById("said");
const lines = document.getElementById("lines");
let began = null;

// Seconds as m:ss, by this machine's own clock from when it was told.
function tick() {
  if (began === null) return;
  const seconds = Math.max(0, Math.floor((performance.now() - began) / 1000));
  elapsed.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// A button that can be pressed no more lets the focus go to the heading.
function offer(actions) {
  document.querySelectorAll("form[data-action]").forEach((form) => {
    const gone = !actions.includes(form.dataset.action);
    const held = form.contains(document.activeElement);
    form.hidden = gone;
    if (gone && held) document.getElementById("job").focus({ preventScroll: true });
  });
}

// In the order of their numbers; one that is told again is another one now.
function note(html) {
  const fresh = parsed(html).firstElementChild;
  const known = document.getElementById(fresh.id);
  if (known) {
    if (known.outerHTML !== fresh.outerHTML) known.replaceWith(fresh);
    return;
  }
  const later = [...lines.children].find(
    (line) => Number(line.dataset.number) > Number(fresh.dataset.number),
  );
  lines.insertBefore(fresh, later ?? null);
  document.getElementById("none").hidden = true;
}

function show(told) {
  if (told.doing !== undefined) doing.textContent = told.doing;
  if (told.percent !== undefined) {
    bar.hidden = told.percent === null;
    bar.value = told.percent ?? 0;
  }
  if (told.elapsed !== undefined) {
    began = told.elapsed === null ? null : performance.now() - told.elapsed * 1000;
    elapsed.hidden = began === null;
    tick();
  }
  if (told.facts) exchange(document.getElementById("facts"), parsed(told.facts));
  if (told.actions) offer(told.actions);
  (told.lines ?? []).forEach(note);
  if (told.said !== undefined) said.textContent = told.said;
}

setInterval(tick, 1000);

// Shows what changes as it is told, and sends forms without leaving the page. Without it all of
// that works too: a form then opens the page anew.
"use strict";

const notes = document.getElementById("notes");
const said = document.getElementById("said");
const lost = document.getElementById("lost");
const order = document.getElementById("order");
const files = order.querySelector("input[type=file]");

// Only what differs is exchanged, so that a video plays on and a button keeps the focus.
function show(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector(".note");
  const known = document.getElementById(fresh.id);
  if (fresh.dataset.said !== known?.dataset.said) said.textContent = fresh.dataset.said;
  if (!known) {
    notes.prepend(fresh);
    return;
  }
  known.className = fresh.className;
  known.dataset.said = fresh.dataset.said;
  [...fresh.children].forEach((part, place) => {
    const old = known.children[place];
    // First of all: what somebody has opened is the same as before, and what plays in it goes on.
    const open = [...old.querySelectorAll("details")].map((each) => each.open);
    part.querySelectorAll("details").forEach((each, number) => (each.open = open[number]));
    if (old.outerHTML !== part.outerHTML) old.replaceWith(part);
  });
}

const changes = new EventSource(`events?since=${notes.dataset.since}`);
changes.onmessage = (told) => show(told.data);
changes.onopen = () => (lost.hidden = true);
changes.onerror = () => (lost.hidden = false);
addEventListener("pagehide", () => changes.close());
addEventListener("pageshow", (event) => event.persisted && location.reload());

addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form, event.submitter),
    });
    if (!answer.ok) throw new Error(answer.status);
    if (form === order) {
      form.elements.event.value = await answer.text();
      if (files) files.value = "";
    }
  } catch {
    lost.hidden = false;
  } finally {
    form.ariaBusy = null;
  }
});

// What is dropped anywhere comes along, besides what was chosen before.
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  if (!files) return;
  const all = new DataTransfer();
  for (const file of [...files.files, ...event.dataTransfer.files]) all.items.add(file);
  files.files = all.files;
});

// Opens the stream that a page names, and hands what is told to the page's own `show`.
"use strict";

const lost = document.getElementById("lost");
const source = document.querySelector("[data-events]").dataset.events;
const AGAIN_MS = 10000;
// Nobody is signed in any more, or what is followed was deleted: the page itself says so.
const OVER = [401, 404];
let stream;

function open() {
  stream = new EventSource(source);
  stream.onmessage = (told) => show(JSON.parse(told.data));
  stream.onopen = () => (lost.hidden = true);
  // A browser tries again by itself, but not where it was refused.
  stream.onerror = () => {
    lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) refused();
  };
}

async function refused() {
  const answer = await fetch(source, { method: "HEAD" }).catch(() => null);
  if (OVER.includes(answer?.status)) location.reload();
  else setTimeout(open, AGAIN_MS);
}

// Only what differs is exchanged, so that what has the focus keeps it, and nothing jumps.
function exchange(known, fresh) {
  [...fresh.children].forEach((part, place) => {
    const old = known.children[place];
    if (!old) known.append(part.cloneNode(true));
    else if (old.outerHTML !== part.outerHTML) old.replaceWith(part.cloneNode(true));
  });
  while (known.children.length > fresh.children.length) known.lastElementChild.remove();
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

document.getElementById("still").hidden = true;
open();
addEventListener("pagehide", () => stream.close());
addEventListener("pageshow", (event) => event.persisted && location.reload());

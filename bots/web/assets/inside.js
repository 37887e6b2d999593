// What a platform tells of who looks stands behind the #, where no server sees it: it is sent in a
// form, and taken out of the address. Nothing of it is read here.
"use strict";

const enter = document.getElementById("enter");
const told = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (told && window.top === window.self) {
  enter.elements.said.value = told;
  enter.hidden = false;
  document.getElementById("otherwise").hidden = true;
  if ("atOnce" in enter.dataset) enter.requestSubmit();
}

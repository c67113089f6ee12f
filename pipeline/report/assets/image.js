// One image from the web, loaded on a click; reports its size to the surrounding page.
"use strict";

const state = document.getElementById("state");
const address = decodeURIComponent(location.hash.slice(1));

if (/^https?:\/\//i.test(address)) {
  const image = new Image();
  image.alt = `Image from ${new URL(address).hostname}`;
  image.referrerPolicy = "no-referrer";
  image.onload = () => {
    state.remove();
    parent.postMessage({ width: image.naturalWidth, height: image.naturalHeight }, "*");
  };
  image.onerror = () => (state.textContent = "The image could not be loaded.");
  image.src = address;
  document.body.append(image);
} else {
  state.textContent = "This is not the web address of an image.";
}

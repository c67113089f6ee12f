// The page of one summary, as the address names it: summaries.html#<id>. Its HTML was made from an
// allowlist when the report was written.
"use strict";

const ID = /^#[0-9a-f]{24}$/;
const loadPages = remembering(8);
let listAddress = "#?";
let opened = "";

async function route() {
  const isSummary = ID.test(location.hash);
  if (!isSummary && location.hash && !location.hash.startsWith("#?")) return;
  document.getElementById("browser").hidden = isSummary;
  document.getElementById("reader").hidden = !isSummary;
  if (isSummary) await open(location.hash.slice(1));
  else back();
}

async function open(id) {
  opened = id;
  document.getElementById("back").href = listAddress;
  const article = document.getElementById("article");
  const { firstIds } = await catalogue;
  const page = firstIds.findLastIndex((first) => first <= id);
  const pages = page < 0 ? [] : await loadPages(`pages/${page}`);
  if (opened !== id) return;
  const [, heading, content] = pages.find(([other]) => other === id) ?? [];
  document.title = `${heading ?? "Unknown"} – ShortScience dataset`;
  article.innerHTML = content ?? '<h1 tabindex="-1">No such summary in this release</h1>';
  article.querySelector("h1").focus();
  scrollTo(0, 0);
}

function back() {
  document.title = "Summaries – ShortScience dataset";
  if (opened) document.querySelector(`#results a[href="#${opened}"]`)?.focus();
  opened = "";
}

/** Show an image in a frame of its own: this page may load none. */
function showImage(button) {
  const frame = document.createElement("iframe");
  frame.title = button.textContent.trim();
  frame.referrerPolicy = "no-referrer";
  frame.src = `image.html#${encodeURIComponent(button.dataset.image)}`;
  button.replaceWith(frame);
}

document.getElementById("article").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-image]");
  if (button) showImage(button);
});
document.getElementById("results").addEventListener("click", () => {
  if (location.hash.startsWith("#?")) listAddress = location.hash;
});
addEventListener("hashchange", route);
route();

// The page of the summary or paper in the address: summaries.html#<id>. Its HTML was made from an
// allowlist when the report was written.
"use strict";

const loadPages = remembering(12);
let listAddress = "#?";
let opened = "";

/** Return the heading and content of an id's page, if there is one. */
async function pageOf(id) {
  const { firstIds, firstPapers } = await catalogue;
  const [first, folder] = id.includes(":") ? [firstPapers, "papers"] : [firstIds, "pages"];
  const file = first.findLastIndex((other) => other <= id);
  const pages = file < 0 ? [] : await loadPages(`${folder}/${file}`);
  const [, heading, content] = pages.find(([other]) => other === id) ?? [];
  return content && { heading, content };
}

async function route() {
  if (location.hash === "#main") return;
  const isList = !location.hash || location.hash.startsWith("#?");
  document.getElementById("browser").hidden = !isList;
  document.getElementById("reader").hidden = isList;
  if (isList) back();
  else await open(named(location.hash.slice(1)));
}

/** Return the id in an address, encoded or not. */
function named(fragment) {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

async function open(id) {
  opened = id;
  document.getElementById("back").href = listAddress;
  const article = document.getElementById("article");
  const page = await pageOf(id);
  if (opened !== id) return;
  document.title = `${page?.heading ?? "Unknown"} – ShortScience dataset`;
  article.innerHTML = page?.content ?? '<h1 tabindex="-1">Not in this release</h1><p></p>';
  if (!page) article.querySelector("p").textContent = `No such summary or paper: ${id}`;
  article.querySelector("h1").focus();
  scrollTo(0, 0);
}

/** Show the list again; a changed query runs anew. */
function back() {
  document.title = "Summaries – ShortScience dataset";
  if (opened) document.querySelector(`#results a[href="#${CSS.escape(opened)}"]`)?.focus();
  opened = "";
  if (location.hash.startsWith("#?") && location.hash !== listAddress && rowsLoaded) {
    listAddress = location.hash;
    readState();
    search();
  }
}

// Images: this page may load none, so each one gets a frame of its size.

function showImage(button) {
  const frame = document.createElement("iframe");
  frame.title = button.textContent.trim();
  frame.referrerPolicy = "no-referrer";
  frame.src = `image.html#${encodeURIComponent(button.dataset.image)}`;
  button.replaceWith(frame);
}

addEventListener("message", ({ source, data }) => {
  const frame = [...document.querySelectorAll("#article iframe")].find((other) => other.contentWindow === source);
  if (!frame || !(data?.width > 0) || !(data?.height > 0)) return;
  frame.style.width = `${data.width}px`;
  frame.style.aspectRatio = `${data.width} / ${data.height}`;
  frame.classList.add("fitted");
});

document.getElementById("article").addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-image]");
  if (button) showImage(button);
  if (target.id === "load-images") {
    document.querySelectorAll("#article button[data-image]").forEach(showImage);
    target.remove();
  }
});
document.getElementById("results").addEventListener("click", () => {
  if (location.hash.startsWith("#?")) listAddress = location.hash;
});
addEventListener("hashchange", route);
route();

// The list of summaries: filters, order, and what is shown of each.
"use strict";

const SHOWN = 50;
const NUMBERS = ["year", "votes", "n_words", "n_equations", "n_images", "n_citations", "n_copies"];
const NAMES = ["id", "heading", "lead", "author", "language", "structure"];
const CONTROLS = ["query", "language", "structure", "order"];
const COUNTED = [
  ["n_words", "word", 0],
  ["n_equations", "equation", 0],
  ["n_images", "image", 0],
  ["n_citations", "citation", 0],
  ["n_copies", "record", 1],
];

const $ = (id) => document.getElementById(id);
const columns = Object.fromEntries(NAMES.map((name) => [name, []]));
const orders = new Map();
let about;
let rowsLoaded = 0;
let matching = [];
let latestSearch = 0;

/** Load all rows, a slice at a time; the list is there after the first. */
async function loadRows() {
  about = await catalogue;
  for (const name of NUMBERS) columns[name] = new Int32Array(about.summaries);
  for (const language of about.languages) $("language").add(new Option(language));
  readState();
  for (let slice = 0; rowsLoaded < about.summaries; slice += 1) {
    const part = await load(`rows/${slice}`);
    for (const name of NAMES) for (const value of part[name]) columns[name].push(value);
    for (const name of NUMBERS) columns[name].set(part[name], rowsLoaded);
    rowsLoaded += part.id.length;
    if (slice === 0 || rowsLoaded === about.summaries) await search();
  }
  if (!about.summaries) await search();
}

/** Return all rows in an order: titles ascending, numbers descending, ties in the order of ids. */
async function ordered(name) {
  if (orders.has(name)) return orders.get(name);
  const rows = Uint32Array.from({ length: rowsLoaded }, (_, row) => row);
  if (name !== "id") rows.set(name === "heading" ? await load("titles") : descending(name));
  if (rowsLoaded === about.summaries) orders.set(name, rows);
  return rows;
}

/** Sort rows by a column of whole numbers, as numbers that hold both: sorted without a callback. */
function descending(name) {
  const numbers = columns[name].subarray(0, rowsLoaded);
  const largest = numbers.reduce((a, b) => Math.max(a, b), 0);
  const keys = Float64Array.from(numbers, (value, row) => (largest - value) * rowsLoaded + row);
  return keys.sort().map((key) => key % rowsLoaded);
}

function wanted() {
  const language = $("language").value;
  const structure = $("structure").value;
  const held = [...document.querySelectorAll("#filters input:checked")].map((box) => [
    columns[box.name],
    box.name === "n_copies" ? 1 : 0,
  ]);
  return (row) =>
    (!language || columns.language[row] === language) &&
    (!structure || columns.structure[row] === structure) &&
    held.every(([column, least]) => column[row] > least);
}

/** Find what the form asks for, and show it; an answer that a newer question overtook is dropped. */
async function search() {
  const number = (latestSearch += 1);
  $("results").setAttribute("aria-busy", "true");
  const complete = rowsLoaded === about.summaries;
  const [holds, rows] = await Promise.all([
    find($("query").value, about),
    ordered(complete ? $("order").value : "id"),
  ]);
  if (number !== latestSearch) return;
  const keeps = wanted();
  matching = rows.filter((row) => (!holds || holds(row)) && keeps(row));
  $("results").replaceChildren();
  showMore();
  const found = matching.length.toLocaleString("en");
  const total = about.summaries.toLocaleString("en");
  $("status").textContent = `${found} of ${total} summaries${complete ? "" : " so far; loading more"}`;
  $("results").setAttribute("aria-busy", String(!complete));
}

function showMore() {
  const shown = $("results").childElementCount;
  $("results").append(...Array.from(matching.slice(shown, shown + SHOWN), item));
  $("more").hidden = shown + SHOWN >= matching.length;
  return $("results").children[shown];
}

/** Build one entry, of text only: nothing of a summary is read as markup here. */
function item(row) {
  const entry = document.createElement("li");
  const link = document.createElement("a");
  link.href = `#${columns.id[row]}`;
  link.textContent = columns.heading[row];
  link.dir = "auto";
  entry.append(link, small("facts", facts(row)));
  if (columns.lead[row]) entry.append(small("lead", columns.lead[row]));
  return entry;
}

function small(kind, text) {
  const paragraph = document.createElement("p");
  paragraph.className = kind;
  paragraph.dir = "auto";
  paragraph.textContent = text;
  return paragraph;
}

function facts(row) {
  const counts = COUNTED.filter(([name, , least]) => columns[name][row] > least).map(
    ([name, what]) => `${columns[name][row].toLocaleString("en")} ${what}${columns[name][row] === 1 ? "" : "s"}`,
  );
  const votes = columns.votes[row] ? [`${columns.votes[row]} votes`] : [];
  const known = [columns.author[row], columns.year[row] || "", columns.language[row]];
  return [...known.filter(Boolean), ...counts, ...votes].join(" · ");
}

/** Keep what the form asks for in the address, so that it can be kept and sent. */
function writeState() {
  const state = new URLSearchParams();
  for (const id of CONTROLS) if ($(id).value) state.set(id, $(id).value);
  for (const box of document.querySelectorAll("#filters input:checked")) state.set(box.name, "1");
  history.replaceState(null, "", `#?${state}`);
}

function readState() {
  if (!location.hash.startsWith("#?")) return;
  const state = new URLSearchParams(location.hash.slice(2));
  for (const id of CONTROLS) if (state.has(id)) $(id).value = state.get(id);
  for (const box of document.querySelectorAll("#filters input[type=checkbox]")) {
    box.checked = state.has(box.name);
  }
}

$("filters").addEventListener("input", () => {
  writeState();
  search();
});
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("more").addEventListener("click", () => showMore()?.querySelector("a").focus());
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, select") || $("browser").hidden) return;
  event.preventDefault();
  $("query").focus();
});

loadRows().catch((error) => ($("status").textContent = `${error.message}; make the report again.`));

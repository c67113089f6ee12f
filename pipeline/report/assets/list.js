// The list of summaries: the query, the order, and the entries.
"use strict";

const SHOWN = 50;
const NUMBERS = ["year", "votes", "n_words", "n_equations", "n_images", "n_links", "n_citations", "n_copies"];
const NAMES = ["id", "title", "paper", "lead", "venue", "author", "language", "structure", "identified_by"];
const CHOICES = ["language", "structure", "identified_by", "year"];
const LABELS = {
  language: "language",
  structure: "structure",
  identified_by: "paper identified by",
  year: "year",
  author: "reviewer",
  venue: "venue",
  n_words: "words",
  n_equations: "equations",
  n_images: "images",
  n_citations: "citations",
  n_copies: "records",
  n_links: "links",
};
const COUNTED = [
  ["n_words", "word", 0],
  ["n_equations", "equation", 0],
  ["n_images", "image", 0],
  ["n_citations", "citation", 0],
  ["n_copies", "record", 1],
];

const $ = (id) => document.getElementById(id);
const boxes = [...document.querySelectorAll("#filters input[type=checkbox]")];
const columns = Object.fromEntries(NAMES.map((name) => [name, []]));
const orders = new Map();
/** Filters in the address without a control in the form: [column, value]. */
let chosen = [];
let about;
let rowsLoaded = 0;
let matching = [];
let found = null;
let latestSearch = 0;

/** Load all rows slice by slice; the list appears after the first slice. */
async function loadRows() {
  about = await catalogue;
  for (const name of NUMBERS) columns[name] = new Int32Array(about.summaries);
  for (const name of CHOICES) offer(name, about.choices[name]);
  readState();
  for (let slice = 0; rowsLoaded < about.summaries; slice += 1) {
    const part = await load(`rows/${slice}`);
    for (const name of NAMES) for (const value of part[name]) columns[name].push(value);
    for (const name of NUMBERS) columns[name].set(part[name], rowsLoaded);
    rowsLoaded += part.id.length;
    if (slice === 0 || rowsLoaded === about.summaries) await search();
  }
  for (const box of boxes) box.parentElement.hidden = !columns[box.name].some((count) => count > leastOf(box.name));
  if (!about.summaries) await search();
}

/** Offer the values that occur, if there are several. */
function offer(name, values) {
  const shown = name === "year" ? [...values].reverse() : values;
  for (const value of shown) $(name).add(new Option(value || "not known", value));
  $(name).parentElement.hidden = values.length < 2;
}

function leastOf(name) {
  return name === "n_copies" ? 1 : 0;
}

/** Return all rows in an order: titles ascending, numbers descending, ties in the order of ids. */
async function ordered(name) {
  if (orders.has(name)) return orders.get(name);
  const rows = Uint32Array.from({ length: rowsLoaded }, (_, row) => row);
  if (name) rows.set(name === "title" ? await load("titles") : descending(columns[name].subarray(0, rowsLoaded)));
  if (rowsLoaded === about.summaries) orders.set(name, rows);
  return rows;
}

/** Sort rows by a column of integers, packed with the row into one number to sort without a callback. */
function descending(numbers) {
  const largest = numbers.reduce((a, b) => Math.max(a, b), 0);
  const keys = Float64Array.from(numbers, (value, row) => (largest - value) * numbers.length + row);
  return keys.sort().map((key) => key % numbers.length);
}

/** Put the rows that a query found in the order of their scores. */
function byScore(rows, score) {
  const best = descending(Int32Array.from(rows, (row) => Math.round(score[row] * 1000)));
  return Array.from(best, (place) => rows[place]);
}

/** Make a predicate on rows from a column and a value; numbers may have a range: "5..9". */
function holding([name, value]) {
  const column = columns[name];
  if (!NUMBERS.includes(name)) return (row) => column[row] === value;
  const [low, high = low] = value.split("..");
  const [least, most] = [Number(low || -Infinity), high === "" ? Infinity : Number(high)];
  return (row) => column[row] >= least && column[row] <= most;
}

function wanted() {
  const asked = CHOICES.filter((name) => $(name).value).map((name) => [name, $(name).value]);
  const held = boxes.filter((box) => box.checked).map((box) => [box.name, `${leastOf(box.name) + 1}..`]);
  const tests = [...asked, ...held, ...chosen].map(holding);
  return (row) => tests.every((test) => test(row));
}

/** Run the form's query and show its results, unless a newer query has started. */
async function search() {
  const number = (latestSearch += 1);
  $("results").setAttribute("aria-busy", "true");
  const complete = rowsLoaded === about.summaries;
  const order = complete ? $("order").value : "";
  const [answer, rows] = await Promise.all([find($("query").value, about), ordered(order)]);
  if (number !== latestSearch) return;
  const keeps = wanted();
  found = answer;
  matching = rows.filter((row) => (!found || found.holds(row)) && keeps(row));
  if (found && !order) matching = byScore(matching, found.score);
  $("results").replaceChildren();
  showMore();
  tell(complete);
  $("results").setAttribute("aria-busy", String(!complete));
}

/** Show the number of summaries, or the reason why there are none. */
function tell(complete) {
  const [count, total] = [matching.length, about.summaries].map((value) => value.toLocaleString("en"));
  const unknown = (found?.unknown ?? []).map((word) => `“${word}”`).join(", ");
  const reason = unknown
    ? `: no summary has ${unknown}`
    : found && !matching.length
      ? ": none has all of these words with these filters"
      : "";
  $("status").textContent = `${count} of ${total} summaries${reason}${complete ? "" : " so far; loading more"}`;
  $("clear").hidden = matching.length > 0 || !about.summaries;
  const filters = CHOICES.filter((name) => $(name).value).length + boxes.filter((box) => box.checked).length;
  document.querySelector("#controls > summary").textContent = `Filters and order${filters ? ` (${filters} in use)` : ""}`;
}

function showMore() {
  const shown = $("results").childElementCount;
  $("results").append(...Array.from(matching.slice(shown, shown + SHOWN), item));
  $("more").hidden = shown + SHOWN >= matching.length;
  return $("results").children[shown];
}

/** Build one entry from text nodes only: summaries are never parsed as markup here. */
function item(row) {
  const entry = document.createElement("li");
  const link = document.createElement("a");
  link.href = `#${columns.id[row]}`;
  link.dir = "auto";
  const title = columns.title[row];
  const lead = columns.lead[row];
  if (!title) entry.append(paragraph("unknown", nameless(row)));
  link.append(...marked(title || lead || columns.id[row]));
  entry.append(link);
  if (title) entry.append(paragraph("lead", ...marked(lead)));
  entry.append(paragraph("facts", ...marked(facts(row))));
  if (found) showHit(entry, row, `${title} ${lead}`);
  return entry;
}

function nameless(row) {
  return columns.paper[row] ? `${columns.paper[row]} (title not known)` : "Paper not known";
}

function paragraph(kind, ...content) {
  const element = document.createElement("p");
  element.className = kind;
  element.dir = "auto";
  element.append(...content);
  return element;
}

function facts(row) {
  const counts = COUNTED.filter(([name, , least]) => columns[name][row] > least).map(
    ([name, what]) => `${columns[name][row].toLocaleString("en")} ${what}${columns[name][row] === 1 ? "" : "s"}`,
  );
  const votes = columns.votes[row];
  const known = [
    columns.author[row] && `by ${columns.author[row]}`,
    shortened(columns.venue[row]),
    columns.year[row] || "",
    columns.language[row],
  ];
  return [...known.filter(Boolean), ...counts, ...(votes ? [`${votes} vote${votes === 1 ? "" : "s"}`] : [])].join(" · ");
}

function shortened(name) {
  return name.length > 60 ? `${name.slice(0, 58).trimEnd()}…` : name;
}

// Where a query hit.

/** Return the expression that matches the query's words in a text. */
function hits() {
  const words = (found?.words ?? []).map((word) => (keyOf(word, about).length < about.keyBytes ? `${word}(?![\\p{L}\\p{N}])` : `${word}[\\p{L}\\p{N}]*`));
  return words.length ? new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join("|")})`, "giu") : null;
}

/** Split a text at the query's words, which become marks. */
function marked(text) {
  const pattern = hits();
  if (!pattern) return [text];
  const parts = [];
  let position = 0;
  for (const match of text.matchAll(pattern)) {
    const mark = document.createElement("mark");
    mark.textContent = match[0];
    parts.push(text.slice(position, match.index), mark);
    position = match.index + match[0].length;
  }
  return [...parts, text.slice(position)];
}

/** Show which fields match; once the entry scrolls into view, show the match in the text. */
function showHit(entry, row, shown) {
  const where = Object.entries(about.fields).filter(([, bit]) => found.fields[row] & bit).map(([name]) => name);
  const hit = paragraph("hit", `Found in: ${where.join(", ")}`);
  entry.append(hit);
  if (found.fields[row] & about.fields.text && !hits().test(shown)) {
    waitingForText.set(hit, row);
    inView.observe(hit);
  }
}

const waitingForText = new WeakMap();
const inView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    inView.unobserve(target);
    showPassage(target, waitingForText.get(target));
  }
});

async function showPassage(hit, row) {
  const content = (await pageOf(columns.id[row]))?.content ?? "";
  const page = new DOMParser().parseFromString(content, "text/html");
  const text = page.querySelector(".prose")?.textContent.replace(/\s+/g, " ") ?? "";
  const at = hits()?.exec(text)?.index;
  if (at === undefined) return;
  const start = at < 60 ? 0 : text.indexOf(" ", at - 60) + 1;
  const passage = text.slice(start, at + 120);
  hit.append(" – ", start ? "… " : "", ...marked(passage), " …");
}

// The state of the form in the address, so that it can be bookmarked and shared.

function writeState() {
  const state = new URLSearchParams(chosen);
  for (const id of ["query", ...CHOICES, "order"]) if ($(id).value) state.set(id, $(id).value);
  for (const box of boxes) if (box.checked) state.set(box.name, `${leastOf(box.name) + 1}..`);
  history.replaceState(null, "", `#?${state}`);
}

function readState() {
  const state = new URLSearchParams(location.hash.startsWith("#?") ? location.hash.slice(2) : "");
  for (const id of ["query", ...CHOICES, "order"]) {
    const asked = state.get(id) ?? "";
    $(id).value = asked;
    if ($(id).value === asked) state.delete(id);
    else $(id).value = "";
  }
  for (const box of boxes) {
    box.checked = state.get(box.name) === `${leastOf(box.name) + 1}..`;
    if (box.checked) state.delete(box.name);
  }
  chosen = [...state].filter(([name]) => name in columns && name in LABELS);
  showChosen();
}

/** Show the filters without a control, each with a button that removes it. */
function showChosen() {
  $("chosen").hidden = !chosen.length;
  const entries = chosen.map(([name, value]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${LABELS[name]}: ${inWords(value)} ✕`;
    button.ariaLabel = `Remove ${LABELS[name]}: ${inWords(value)}`;
    button.addEventListener("click", () => {
      chosen = chosen.filter(([other]) => other !== name);
      showChosen();
      ask();
    });
    const entry = document.createElement("li");
    entry.append(button);
    return entry;
  });
  $("chosen").replaceChildren(...entries);
}

function inWords(value) {
  const [, low, high] = /^(\d*)\.\.(\d*)$/.exec(value) ?? [];
  if (low === undefined) return value;
  if (low === high) return low;
  if (!high) return `${low} or more`;
  return Number(low) > 1 || high < 1000 ? `${low} to ${high}` : `until ${high}`;
}

function ask() {
  writeState();
  search();
}

$("filters").addEventListener("input", ask);
$("filters").addEventListener("submit", (event) => event.preventDefault());
$("clear").addEventListener("click", () => {
  history.replaceState(null, "", "#?");
  readState();
  search();
  $("query").focus();
});
$("more").addEventListener("click", () => showMore()?.querySelector("a").focus());
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, select") || $("browser").hidden) return;
  event.preventDefault();
  $("query").focus();
});
// On a phone, results come before the controls.
if (matchMedia("(max-width: 40rem)").matches) $("controls").open = false;

loadRows().catch((error) => ($("status").textContent = `${error.message}; make the report again.`));

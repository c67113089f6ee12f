// The search index: from words to rows and fields. Only the files of a query's words are loaded, and
// only the rows of matching words are decoded.
"use strict";

const DIGITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
const VALUE = new Uint8Array(128);
[...DIGITS].forEach((digit, value) => (VALUE[digit.charCodeAt(0)] = value));

const MOST_WORDS = 250; // the maximum of one byte per row
const WEIGHT = { title: 8, key: 8, authors: 5, "reviewer or venue": 4, text: 1 };
const OFTEN = 2; // more than the text's own weight, less than that of any other field
const BEGINNING = 0.6; // of the weight of a whole word
const loadWords = remembering(48);

/** Split a query into words like the index: lower case, no accents, letters and digits. */
function wordsOf(query, longest) {
  const folded = query.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = folded.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, MOST_WORDS).map((word) => [...word].slice(0, longest).join(""));
}

function keyOf(word, about) {
  return new TextEncoder().encode(word).subarray(0, about.keyBytes);
}

function fileOf(key, about) {
  return key.reduce((number, byte) => number * 256 + byte, 0) % about.wordFiles;
}

/** Return the weight of each of the 64 sets of fields that may contain a word. */
function weightsOf(about) {
  const bits = [...Object.entries(about.fields).map(([name, bit]) => [bit, WEIGHT[name]]), [about.oftenBit, OFTEN]];
  return Float32Array.from({ length: 64 }, (_, set) =>
    bits.reduce((sum, [bit, weight]) => sum + (set & bit ? weight : 0), 0),
  );
}

/** Find the rows with all words of a query; null if it has none.
 *  A word matches words that begin with it; one too short for a whole key matches only itself.
 *  `holds(row)`, its `score`, the set of `fields` the words stand in, and the words `unknown`. */
async function find(query, about) {
  const words = wordsOf(query, about.longestWord);
  if (!words.length) return null;
  const keys = words.map((word) => keyOf(word, about));
  const files = await Promise.all(keys.map((key) => loadWords(`words/${fileOf(key, about)}`)));
  const found = new Uint8Array(about.summaries);
  const fields = new Uint8Array(about.summaries);
  const score = new Float32Array(about.summaries);
  const best = new Float32Array(about.summaries);
  const weights = weightsOf(about);
  const unknown = [];
  words.forEach((word, number) => {
    const [known, rows] = files[number];
    const whole = keys[number].length < about.keyBytes;
    let matches = 0;
    best.fill(0);
    known.forEach((other, index) => {
      if (whole ? other !== word : !other.startsWith(word)) return;
      matches += 1;
      const held = rows[index].reduce((sum, codes) => sum + (codes.length ?? 0) / 3, 0);
      const rarity = Math.log(1 + about.summaries / held) * (other === word ? 1 : BEGINNING);
      mark(rows[index], number, rarity, about.slice, weights, { found, fields, best });
    });
    if (!matches) unknown.push(word);
    for (let row = 0; row < best.length; row += 1) score[row] += best[row];
  });
  return { holds: (row) => found[row] === words.length, score, fields, words, unknown };
}

/** Count another word in the rows that have all previous words; keep its best weight in each. */
function mark(rows, number, rarity, slice, weights, { found, fields, best }) {
  for (let at = 0; at < rows.length; at += 2) {
    const first = rows[at] * slice;
    const codes = rows[at + 1];
    for (let i = 0; i < codes.length; i += 3) {
      const row = first + VALUE[codes.charCodeAt(i)] * 64 + VALUE[codes.charCodeAt(i + 1)];
      if (found[row] < number) continue;
      const set = VALUE[codes.charCodeAt(i + 2)];
      found[row] = number + 1;
      fields[row] |= set;
      best[row] = Math.max(best[row], weights[set] * rarity);
    }
  }
}

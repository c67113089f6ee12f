// The search index: words to rows. Only the files of the words of a query are loaded, and only the
// rows of words that match are decoded.
"use strict";

const DIGITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
const VALUE = new Uint8Array(128);
[...DIGITS].forEach((digit, value) => (VALUE[digit.charCodeAt(0)] = value));

const MOST_WORDS = 250; // what a byte per row counts
const loadWords = remembering(48);

/** Cut a query into words as the index has them: lower case, no accents, letters and digits. */
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

/** Return a test of rows, whether a summary holds all words; null when there are none.
 *  A word matches words that begin with it; one too short for a whole key matches only itself. */
async function find(query, about) {
  const words = wordsOf(query, about.longestWord);
  if (!words.length) return null;
  const keys = words.map((word) => keyOf(word, about));
  const files = await Promise.all(keys.map((key) => loadWords(`words/${fileOf(key, about)}`)));
  const found = new Uint8Array(about.summaries);
  words.forEach((word, number) => {
    const [known, rows] = files[number];
    const whole = keys[number].length < about.keyBytes;
    const matches = (other) => (whole ? other === word : other.startsWith(word));
    known.forEach((other, index) => {
      if (matches(other)) mark(rows[index], number, found, about.slice);
    });
  });
  return (row) => found[row] === words.length;
}

/** Count one more word for the rows that hold all words before it. */
function mark(rows, number, found, slice) {
  for (let at = 0; at < rows.length; at += 2) {
    const first = rows[at] * slice;
    const codes = rows[at + 1];
    for (let i = 0; i < codes.length; i += 2) {
      const row = first + VALUE[codes.charCodeAt(i)] * 64 + VALUE[codes.charCodeAt(i + 1)];
      if (found[row] === number) found[row] = number + 1;
    }
  }
}

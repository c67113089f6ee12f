// Loading data. Pages on disk may not read files but may load scripts: each script in data/ calls
// `receive` with its name and one value.
"use strict";

const waiting = new Map();

function receive(name, value) {
  waiting.get(name)?.(value);
}

/** Load data/NAME.js and return its value; rejects if the file is missing. */
function load(name) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    waiting.set(name, resolve);
    script.src = `data/${name}.js`;
    script.onload = script.onerror = (event) => {
      waiting.delete(name);
      script.remove();
      if (event.type === "error") reject(new Error(`${script.src} is missing`));
    };
    document.head.append(script);
  });
}

/** Make a loader that loads each name once, and caches the most recent values. */
function remembering(most) {
  const known = new Map();
  return (name) => {
    const value = known.get(name) ?? load(name);
    known.delete(name);
    known.set(name, value);
    if (known.size > most) known.delete(known.keys().next().value);
    return value;
  };
}

const catalogue = load("catalogue");

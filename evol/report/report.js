// Browse the rows of the report: filter, search, show more, open one by its id. Texts are only ever
// set as text, never as HTML.
"use strict";
(() => {
  const PAGE = 50;
  // A fence or an indented line: text whose columns matter.
  const CODE = /```|^(?: {4}|\t)\S/m;
  const SIGNS = { accept: "✓", reject: "✗", undecided: "?", note: "·" };
  const SAID = { accept: "accepted", reject: "rejected", undecided: "undecided", note: "noted" };
  const FIELDS = ["outcome", "reason", "generation", "operation"];
  const rows = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const status = document.getElementById("status");
  const more = document.getElementById("more");
  const origins = rows.some((row) => row.operation !== undefined || row.generation !== undefined);
  let found = rows;
  let shown = 0;

  const element = (name, classes, text) => {
    const made = document.createElement(name);
    if (classes) made.className = classes;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  const reasons = (row) => {
    const named = row.checks.filter((check) => check.weight !== "accept").map((check) => check.reason);
    return new Set([row.reason, ...named]);
  };
  const values = (row, field) => (field === "reason" ? reasons(row) : [row[field]]);

  const haystack = new Map();
  const searched = (row) => {
    if (!haystack.has(row)) {
      const texts = [row.id, row.reason, row.message, row.instruction, row.response, row.answer, row.place];
      haystack.set(row, texts.filter(Boolean).join("\n").toLowerCase());
    }
    return haystack.get(row);
  };

  const fill = (field) => {
    const counts = new Map();
    for (const row of rows) {
      for (const value of values(row, field)) {
        if (value !== undefined) counts.set(String(value), (counts.get(String(value)) || 0) + 1);
      }
    }
    const select = form.elements[field];
    const order = field === "generation" ? ([a], [b]) => a - b : ([, a], [, b]) => b - a;
    select.append(new Option("all", ""));
    for (const [value, count] of [...counts].sort(order)) {
      select.append(new Option(`${SAID[value] || value} (${count.toLocaleString("en")})`, value));
    }
    select.closest("label").hidden = counts.size < 2;
  };

  const matches = (row, asked, words) =>
    asked.every(([field, value]) => [...values(row, field)].map(String).includes(value)) &&
    words.every((word) => searched(row).includes(word));

  const weight = (kind) => {
    const made = element("span", `weight ${kind}`);
    const sign = element("span", "", SIGNS[kind]);
    sign.setAttribute("aria-hidden", "true");
    made.append(sign, ` ${SAID[kind]}`);
    return made;
  };

  const evidence = (value) => {
    if (value === null || typeof value !== "object") return element("span", "text", String(value));
    if (Array.isArray(value) && value.every((each) => each === null || typeof each !== "object")) {
      return element("span", "text", value.length ? value.join(" · ") : "none");
    }
    if (Array.isArray(value)) return element("span", "text", value.map((v) => JSON.stringify(v)).join("\n"));
    if (!Object.keys(value).length) return element("span", "text", "none");
    const pairs = element("dl", "evidence");
    for (const [name, inner] of Object.entries(value)) {
      const deep = inner !== null && typeof inner === "object" && !Array.isArray(inner);
      const pair = element("div", deep && Object.keys(inner).length ? "deep" : "");
      const said = element("dd");
      said.append(evidence(inner));
      pair.append(element("dt", "", name), said);
      pairs.append(pair);
    }
    return pairs;
  };

  const part = (title, text) => {
    const made = element("div", "part");
    made.append(element("h3", "", title), element("p", CODE.test(text) ? "text code" : "text", text));
    return made;
  };

  const check = (said) => {
    const made = element("li");
    const line = element("p");
    const where = said.part ? `${said.verifier}, ${said.part}` : said.verifier;
    line.append(weight(said.weight), " ", element("code", "", said.reason), " ", said.message, " ");
    line.append(element("span", "origin", where));
    made.append(line);
    if (said.evidence) made.append(evidence(said.evidence));
    return made;
  };

  const fields = (row) => {
    const made = element("dl", "facts");
    const told = { Id: row.id, Place: row.place, Lineage: row.lineage, Answer: row.answer };
    for (const [name, value] of Object.entries(told)) {
      if (value === undefined) continue;
      const pair = element("div");
      pair.append(element("dt", "", name), element("dd", "", value));
      made.append(pair);
    }
    return made;
  };

  const open = (details, row) => {
    if (details.dataset.filled) return;
    details.dataset.filled = "yes";
    const body = element("div", "body");
    body.append(part("Instruction", row.instruction || "(empty)"));
    body.append(part("Response", row.response || "(none)"));
    const checks = element("ol", "checks");
    checks.append(...row.checks.map(check));
    const block = element("div", "part");
    block.append(element("h3", "", "Checks"), checks);
    body.append(fields(row), block);
    details.append(body);
  };

  const item = (row) => {
    const made = element("li");
    const details = element("details", "item row");
    const summary = element("summary");
    const origin = [row.generation, row.operation].filter((each) => each !== undefined).join(" · ");
    const gist = row.instruction || "(no instruction)";
    summary.append(weight(row.outcome), " ", element("code", "", row.reason), " ");
    if (origins) summary.append(element("span", "origin", origin), " ");
    summary.append(element("span", "gist", gist.length > 160 ? `${gist.slice(0, 159)}…` : gist));
    details.append(summary);
    details.addEventListener("toggle", () => open(details, row));
    made.append(details);
    return made;
  };

  const page = () => {
    const next = found.slice(shown, shown + PAGE);
    list.append(...next.map(item));
    shown += next.length;
    more.hidden = shown >= found.length;
    const of = found.length === 1 ? "1 row" : `${found.length.toLocaleString("en")} rows`;
    status.textContent = found.length ? `${of}, ${shown.toLocaleString("en")} shown` : "No row fits.";
  };

  const filter = () => {
    const asked = FIELDS.map((field) => [field, form.elements[field].value]).filter(([, value]) => value);
    const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    found = rows.filter((row) => matches(row, asked, words));
    shown = 0;
    list.replaceChildren();
    page();
  };

  const only = (field, value) => {
    form.reset();
    form.elements[field].value = value;
    filter();
  };

  const focus = (details) => {
    details.open = true;
    details.scrollIntoView({ block: "start" });
    details.querySelector("summary").focus();
  };

  const find = (id) => {
    form.reset();
    filter();
    const place = found.findIndex((row) => row.id === id);
    if (place < 0) return;
    found = [found[place]];
    shown = 0;
    list.replaceChildren();
    page();
    status.textContent = "1 row, chosen by its id. Clear shows all.";
    focus(list.querySelector("details"));
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-reason], a[data-row]");
    if (!link) return;
    if (link.dataset.row !== undefined) {
      event.preventDefault();
      find(link.dataset.row);
    } else {
      only("reason", link.dataset.reason);
    }
  });

  let waiting = 0;
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  };
  form.addEventListener("input", later);
  // A search field tells of a change once more when it is left, which would close the row just opened.
  form.addEventListener("change", (event) => event.target.name === "search" || later());
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => {
    form.reset();
    filter();
  });
  more.addEventListener("click", () => {
    const first = shown;
    page();
    list.children[first].querySelector("summary").focus();
  });

  FIELDS.forEach(fill);
  list.classList.toggle("origins", origins);
  form.hidden = false;
  page();
})();

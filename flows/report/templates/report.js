"use strict";
// Opens the subjects behind a number, and the diary behind a subject. The address after # says what is open:
//   #subjects/RULE SET/CYCLE/ARM/WHAT   the subjects of a cell        #subject/ID/RULE SET/CYCLE   one subject
// Texts reach the page as text nodes only, never as markup.
(() => {
  const index = JSON.parse(document.getElementById("subject-index").textContent);
  const rules = Object.keys(index.rule_sets);
  const panel = document.getElementById("panel"), body = document.getElementById("panel-body");
  const title = document.getElementById("panel-title"), back = document.getElementById("panel-back");
  const DAY = 864e5, NONE = "\u2013";
  const STATES = { h: "headache", f: "free", u: "unknown", x: "set_aside" };
  const NAMES = { free: "no headache", headache: "headache", unknown: "not known", set_aside: "line set aside", missing: "no diary line" };

  const plain = (code) => code.replaceAll("_", " ");
  const make = (tag, properties, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {}))
      name in element && name !== "list" ? (element[name] = value) : element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  };
  const link = (parts) => "#" + parts.map(encodeURIComponent).join("/");
  const decimal = (value) => (value === null ? NONE : (Math.sign(value) * Math.round(Math.abs(value) * 10 + 1e-9) / 10).toFixed(1).replace("-", "\u2212"));
  const armName = (subject) => (index.arm[subject] < 0 ? "" : index.arms[index.arm[subject]][1]);

  // Dates as whole days since 1970, so that no time zone can move them.
  const toDay = (text) => Date.parse(text + "T00:00:00Z") / DAY;
  const toDate = (day) => new Date(day * DAY).toISOString().slice(0, 10);
  const dayNumber = (day, first) => (day >= first ? day - first + 1 : day - first);

  const unpacked = new Map();
  const unpack = (name) => {
    if (!unpacked.has(name)) {
      const bytes = Uint8Array.from(atob(document.getElementById(name).textContent), (c) => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      unpacked.set(name, new Response(stream).text().then(JSON.parse));
    }
    return unpacked.get(name);
  };
  const derivations = async (rule) => {
    const rows = new Map();
    for (const row of await unpack("rule-" + rules.indexOf(rule))) {
      const [subject, cycle, h, d, bh, bd, change, from, to, baseFrom, baseTo, reason, verdictReason, sums] = row;
      rows.set(subject + "/" + cycle, { h, d, bh, bd, change, from, to, baseFrom, baseTo, reason, verdictReason, sums });
    }
    return rows;
  };
  const diary = async (subject) => {
    const block = await unpack("days-" + Math.floor(subject / index.block));
    const { first, states, ...held } = block[subject % index.block];
    return { ...held, states, first: first && toDay(first), length: Object.values(states)[0]?.length ?? 0 };
  };

  const standing = (rule, cycle, subject) => {
    const [status, course, isImputed, verdict] = rule.codes[rule.cycles[cycle - 1][subject]];
    return { status, course, isImputed, verdict };
  };
  const isGiven = (at) => at.verdict !== null;
  const FILTERS = {
    treated: () => true,
    given: isGiven,
    due: (at) => isGiven(at) && at.status !== "not_due",
    evaluable: (at) => at.status === "responder" || at.status === "non_responder",
    imputed: (at) => at.isImputed,
    by_then: (at, rule, cycle, subject) => rule.cycles.slice(0, cycle).some((_, i) => standing(rule, i + 1, subject).course === "first"),
  };
  const WHAT = { treated: "all treated subjects", given: "given the cycle", due: "given the cycle and due",
    evaluable: "evaluable", imputed: "in the imputed denominator", responder: "responders", non_responder: "non-responders",
    first: "first response", by_then: "responded by then", none_yet: "no response yet", stop_no_response: "stop: no response", stop_success: "stop: success" };
  const chosen = (rule, cycle, arm, what) => {
    const number = index.arms.findIndex(([code]) => code === arm);
    const keep = FILTERS[what] || ((at) => at.status === what || at.course === what || at.verdict === what);
    return index.subjects.map((_, i) => i)
      .filter((i) => (arm === "all" || index.arm[i] === number) && keep(standing(rule, cycle, i), rule, cycle, i));
  };

  const TEXT_HEADS = ["Arm", "Status", "Verdict", "Counts in", "State", "File and line"];
  const table = (caption, heads, rows) => make("div", { className: "scroll", role: "region", "aria-label": caption, tabIndex: 0 },
    make("table", {}, make("caption", {}, make("span", { className: "caption" }, caption)),
      make("thead", {}, make("tr", {}, ...heads.map((head, i) => make("th", { scope: "col", className: i ? (TEXT_HEADS.includes(head) ? "text" : "") : "first" }, head)))),
      make("tbody", {}, ...rows)));

  const showSubjects = async (name, cycle, arm, what) => {
    const rule = index.rule_sets[name], subjects = chosen(rule, cycle, arm, what), found = await derivations(name);
    const label = arm === "all" ? "all subjects" : index.arms.find(([code]) => code === arm)[1];
    const rows = subjects.map((subject) => {
      const at = standing(rule, cycle, subject), row = found.get(subject + "/" + cycle);
      const id = make("a", { href: link(["subject", index.subjects[subject], name, cycle]) }, index.subjects[subject]);
      const values = row ? [row.h + "/" + row.d, row.bd ? row.bh + "/" + row.bd : NONE, decimal(row.change), plain(at.verdict)] : [NONE, NONE, NONE, NONE];
      return make("tr", {}, make("th", { scope: "row", className: "first" }, id), make("td", { className: "text" }, armName(subject)),
        make("td", { className: "text" }, make("span", { className: "is is-" + at.status }, plain(at.status))),
        ...values.map((value, i) => make("td", { className: i === 3 ? "text" : "" }, value)));
    });
    const shown = make("div", {},
      make("p", {}, `Cycle ${cycle}, ${label}, rule set ${name}: ${WHAT[what] || plain(what)}.`),
      table("Headache days of the recorded days in the window and at baseline. Choose a subject for the diary.",
        ["Subject", "Arm", "Status", "Window", "Baseline", "Reduction, %", "Verdict"], rows));
    // A study without arms has no column of them.
    if (!index.arms.length) for (const cell of shown.querySelectorAll("tr > :nth-child(2)")) cell.remove();
    return [subjects.length + (subjects.length === 1 ? " subject" : " subjects"), shown];
  };

  const lineOf = (days, offset) => {
    for (let i = 0; i < days.runs.length; i += 5) {
      const [at, length, file, line, step] = days.runs.slice(i, i + 5);
      if (offset >= at && offset < at + length) return index.files[file] + ", line " + (line + (offset - at) * step) + (days.aside[offset] ? ", set aside: " + days.aside[offset] : "");
    }
    return NAMES.missing;
  };
  const stateOf = (days, day, definition) => {
    if (days.first === null) return "missing";
    return STATES[days.states[definition][day - days.first]] ?? "missing";
  };

  // The stretches of the calendar: what lies before the first treatment, then every cycle up to the next one.
  const stretches = (days) => {
    const starts = days.cycles.map(([start]) => toDay(start)), ends = days.cycles.map(([, end]) => toDay(end));
    const last = Math.max(ends.at(-1), days.length ? days.first + days.length - 1 : 0);
    const earliest = Math.min(days.first ?? starts[0], starts[0] - 28);
    const weeks = 28 * Math.ceil((starts[0] - earliest) / 28);
    return [{ cycle: 0, zero: starts[0], from: starts[0] - weeks, to: starts[0] - 1 },
      ...starts.map((start, i) => ({ cycle: i + 1, zero: start, from: start, to: i + 1 < starts.length ? starts[i + 1] - 1 : last }))];
  };

  const calendar = (days, rule, rows) => {
    const counted = new Map(), readout = make("p", { className: "readout", "aria-live": "polite" }, "Move over a day, or walk with the arrow keys.");
    rows.forEach((row, cycle) => {
      const mark = (from, to, words) => {
        for (let day = from && toDay(from); from && day <= toDay(to); day++) counted.set(day, [...(counted.get(day) || []), words]);
      };
      mark(row.baseFrom, row.baseTo, rule.baseline === "first_injection" ? "baseline" : "baseline of cycle " + cycle);
      mark(row.from, row.to, "window of cycle " + cycle);
    });
    const grid = make("div", { className: "calendar", role: "grid", "aria-label": "Diary days, 28 a row" });
    for (const part of stretches(days)) {
      for (let from = part.from; from <= part.to; from += 28) {
        const to = Math.min(from + 27, part.to), name = part.cycle ? "Cycle " + part.cycle : "Before";
        const line = make("div", { role: "row", className: part.cycle && from === part.from ? "opens" : "" }, make("div", { role: "rowheader", title: toDate(from) + " to " + toDate(to) },
          `${name}, Day ${dayNumber(from, part.zero)}`.replace("-", "\u2212")));
        for (let day = from; day <= to; day++) {
          const state = stateOf(days, day, rule.headache_day), isTreated = part.cycle > 0 && day === part.zero;
          const given = isTreated ? days.cycles[part.cycle - 1] : null;
          const said = [`${toDate(day)}, Day ${dayNumber(day, part.zero)}${part.cycle ? " of cycle " + part.cycle : ""}`.replace("Day -", "Day \u2212"), NAMES[state],
            ...(given ? ["start of cycle " + part.cycle + (given[2] === null ? "" : ", " + given[2] + " U") + (given[3] === null ? "" : " at " + given[3] + " points")] : []),
            ...[...new Set(counted.get(day) || [])].map((words) => "in the " + words)];
          const where = state === "missing" ? null : lineOf(days, day - days.first);
          line.append(make("div", { role: "gridcell", tabIndex: -1, ariaLabel: [...said, ...(where ? [where] : [])].join("; "),
            className: ["day", state, counted.has(day) ? "counted" : "", isTreated ? "treated" : ""].join(" ").trim() },
            state === "unknown" ? "?" : ""));
        }
        grid.append(line);
      }
    }
    const cells = [...grid.querySelectorAll(".day")];
    cells[0].tabIndex = 0;
    const tell = (cell) => { if (cell) readout.textContent = cell.ariaLabel; };
    grid.addEventListener("pointerover", (event) => tell(event.target.closest(".day")));
    grid.addEventListener("focusin", (event) => tell(event.target.closest(".day")));
    grid.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 28, ArrowUp: -28 }[event.key];
      const edge = { Home: 0, End: cells.length - 1 }[event.key];
      if (step === undefined && edge === undefined) return;
      const at = cells.indexOf(document.activeElement);
      const to = edge ?? Math.max(0, Math.min(cells.length - 1, at + step));
      cells[at].tabIndex = -1;
      cells[to].tabIndex = 0;
      cells[to].focus();
      event.preventDefault();
    });
    const key = make("p", { className: "legend" }, ...["headache", "free", "unknown", "set_aside", "missing"].map((state) =>
      make("span", { className: "is key " + state }, NAMES[state])), make("span", { className: "is key counted" }, "counted by the rule set"), make("span", {}, "\u25bc start of a cycle"));
    return [key, grid, readout];
  };

  const derivation = (cycle, at, row, days, rule) => {
    const lines = [];
    for (const [name, from, to] of [["baseline", row.baseFrom, row.baseTo], ["window", row.from, row.to]])
      for (let day = from && toDay(from); from && day <= toDay(to); day++) {
        const state = stateOf(days, day, rule.headache_day);
        lines.push(make("tr", {}, make("th", { scope: "row", className: "first" }, toDate(day)), make("td", { className: "text" }, name), make("td", { className: "text" }, NAMES[state]),
          make("td", { className: "text path" }, state === "missing" ? NONE : lineOf(days, day - days.first))));
      }
    const span = (from, to) => (from ? `${from} to ${to}` : "empty: the next start of treatment came before it began");
    return [make("h3", {}, "Cycle " + cycle),
      make("div", { className: "verdict is-" + at.status },
        make("p", {}, make("strong", {}, plain(at.status)), ": ", row.reason || NONE),
        ...row.sums.map((sum) => make("p", { className: "sum" }, sum)),
        make("p", {}, make("strong", {}, plain(at.verdict)), ": ", row.verdictReason || NONE),
        make("p", { className: "of" }, `Baseline ${span(row.baseFrom, row.baseTo)}: ${row.bh} headache days in ${row.bd} recorded. Window ${span(row.from, row.to)}: ${row.h} in ${row.d}.`)),
      make("details", {}, make("summary", {}, "Lines of the counted days"),
        table("Every day of the baseline and the window, with the diary line it was read from.", ["Day", "Counts in", "State", "File and line"], lines))];
  };

  const showSubject = async (id, name, wanted) => {
    const subject = index.subjects.indexOf(id), rule = index.rule_sets[name];
    const [found, days] = await Promise.all([derivations(name), diary(subject)]);
    const rows = new Map(days.cycles.map((_, i) => [i + 1, found.get(subject + "/" + (i + 1))]).filter(([, row]) => row));
    const choice = make("select", { id: "panel-rule", onchange: (event) => { location.hash = link(["subject", id, event.target.value, wanted]); } },
      ...rules.map((rule) => make("option", { value: rule, selected: rule === name }, rule)));
    const facts = [armName(subject), days.site && "site " + days.site, days.sex && "sex " + days.sex].filter(Boolean).join(", ");
    const cycles = [...rows].sort(([a], [b]) => (a === wanted ? -1 : b === wanted ? 1 : a - b));
    return ["Subject " + id, make("div", {}, make("p", {}, facts && facts + ". ", make("label", { htmlFor: "panel-rule" }, "Rule set "), choice),
      make("p", { className: "of" }, rule.title + ". A headache day is " + rule.headache_day_words + "."),
      ...calendar(days, rule, rows),
      ...cycles.flatMap(([cycle, row]) => derivation(cycle, standing(rule, cycle, subject), row, days, rule)))];
  };

  let opener = null, isFromList = false, turns = 0;
  const show = async () => {
    const turn = ++turns;
    const [kind, ...parts] = location.hash.slice(1).split("/").map((part) => { try { return decodeURIComponent(part); } catch { return part; } });
    const known = kind === "subjects" ? index.rule_sets[parts[0]]?.cycles[parts[1] - 1] && (parts[2] === "all" || index.arms.some(([code]) => code === parts[2]))
      : kind === "subject" && index.subjects.includes(parts[0]) && index.rule_sets[parts[1]];
    if (!known) { if (panel.open) panel.close(); return; }
    back.hidden = !(kind === "subject" && isFromList);
    isFromList = kind === "subjects" || (kind === "subject" && isFromList);
    const [heading, content] = await (kind === "subjects" ? showSubjects(parts[0], Number(parts[1]), parts[2], parts[3])
      : showSubject(parts[0], parts[1], Number(parts[2])));
    if (turn !== turns) return; // the address has changed while the data were unpacked
    title.textContent = heading;
    body.replaceChildren(content);
    if (!panel.open) { opener = document.activeElement; panel.showModal(); }
    panel.scrollTop = 0;
    if (document.activeElement?.id !== "panel-rule") title.focus();
  };
  panel.addEventListener("close", () => {
    isFromList = false;
    if (/^#subjects?\//.test(location.hash)) history.pushState(null, "", location.pathname + location.search);
    opener?.focus?.();
  });
  panel.addEventListener("click", (event) => { if (event.target === panel) panel.close(); });
  document.getElementById("panel-close").addEventListener("click", () => panel.close());
  back.addEventListener("click", () => history.back());
  addEventListener("hashchange", show);
  show();
})();

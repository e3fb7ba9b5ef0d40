// The datasets in DIR as two JavaScript libraries read them: SAS transport files by xport-js, Dataset-JSON and NDJSON by
// js-stream-dataset-json, each against the plain JSON of Dataset-JSON. Prints one line a dataset: name, cells, differences.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const [folder, modules] = process.argv.slice(2);
const require = createRequire(path.join(modules, "index.js"));
const Transport = require("xport-js").default ?? require("xport-js");
const DatasetJson = require("js-stream-dataset-json").default ?? require("js-stream-dataset-json");
const EPOCH = Date.UTC(1960, 0, 1);
const DAY = 24 * 60 * 60 * 1000;

// xport-js gives a missing number as null, an empty text as "", a zero as a number next to nothing.
function asRead(value) {
  if (value === "" || value === undefined || Number.isNaN(value)) return null;
  return typeof value === "number" && Math.abs(value) < 1e-70 ? 0 : value;
}

function asStored(value, column) {
  return column.dataType === "date" && value !== null ? (Date.parse(`${value}T00:00:00Z`) - EPOCH) / DAY : value;
}

for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".xpt")).sort()) {
  const name = path.basename(file, ".xpt");
  const document = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), "utf-8"));
  const rows = [];
  for await (const row of new Transport(path.join(folder, file)).read({ rowFormat: "array", skipHeader: true })) rows.push(row);
  let cells = 0;
  let differences = Math.abs(rows.length - document.records);
  document.rows.forEach((row, i) =>
    document.columns.forEach((column, k) => {
      cells += 1;
      if (asRead(rows[i]?.[k]) !== asStored(row[k], column)) differences += 1;
    }),
  );
  for (const ending of ["json", "ndjson"]) {
    const dataset = new DatasetJson(path.join(folder, `${name}.${ending}`));
    const metadata = await dataset.getMetadata();
    const read = await dataset.getData({ start: 0 });
    if (JSON.stringify(read) !== JSON.stringify(document.rows) || metadata.records !== document.records) differences += 1;
  }
  console.log(name, cells, differences);
}

// A reader's own spectrum, read from the text of a file. In src/specz, specz.own.read follows
// own/text.py and own/spectrum.py, specz.own.check own/predict.py; tests compare their errors.
specz.own = {};

specz.own.words = new Map([["", NaN], ["nan", NaN], ["inf", Infinity], ["+inf", Infinity],
  ["-inf", -Infinity], ["true", 1], ["false", 0]]);

// Value of a cell; null if it is a word.
specz.own.number = function (cell) {
  const word = cell.toLowerCase();
  if (specz.own.words.has(word)) return specz.own.words.get(word);
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(word) ? Number(word) : null;
};

specz.own.cells = (row) => (row.includes(",")
  ? row.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1").trim()) : row.split(/\s+/));

// Wavelengths in Å, flux and inverse variance of a text table; an error says what is wrong with it.
specz.own.read = function (text, { columns, units }) {
  const { cells, number } = specz.own, lines = text.split(/\r\n?|\n/).map((line) => line.trim());
  const said = lines.filter((line) => line.startsWith("#")).map((line) => line.replace(/^#+/, "").trim());
  const rows = lines.filter((line) => line && !line.startsWith("#"));
  if (rows.length && said.length && number(cells(rows[0])[0]) !== null) rows.unshift(said.at(-1));
  if (rows.length < 3) throw new Error("expected a header and a table; it has fewer than two rows");
  const [header, ...body] = rows.map(cells);
  if (header.every((cell) => number(cell) !== null)) throw new Error(
    `expected a header such as 'wave,flux,ivar'; the first line is '${rows[0]}'`);
  const place = new Map(), unit = new Map();
  header.forEach((cell, i) => {
    const match = /^\s*([^[(]+?)\s*(?:[[(]\s*(.*?)\s*[\])])?\s*$/.exec(cell);
    if (!match) return;
    place.set(match[1].toLowerCase(), i);
    unit.set(match[1].toLowerCase(), match[2] || "");
  });
  const table = body.map((row, i) => {
    if (row.length !== header.length)
      throw new Error(`row ${i + 1} has ${row.length} columns, the header ${header.length}`);
    return row.map((cell, j) => {
      const value = number(cell);
      if (value === null)
        throw new Error(`row ${i + 1}: ${header[j]} must be a number; got '${cell}'`);
      return value;
    });
  });
  const [wave, flux, noise] = Object.entries(columns).map(([what, names]) => {
    const name = names.find((each) => place.has(each));
    if (!name) throw new Error(`expected a column of ${what}, one of ${names.join(", ")}; ` +
      `got ${[...place.keys()].join(", ")}`);
    return name;
  });
  const column = (name) => Float64Array.from(table, (row) => row[place.get(name)]);
  const factor = units.angstrom[(unit.get(wave) || "Å").toLowerCase()];
  if (!factor) throw new Error("unit of wavelength must be one of " +
    `${Object.keys(units.angstrom).map((each) => `'${each}'`).join(", ")}; got '${unit.get(wave)}'`);
  const variance = column(noise).map((value) => value ** units.variance[noise]);
  const known = (value) => Number.isFinite(value) && value > 0;
  if (!variance.some(known)) throw new Error("the variance is nowhere positive and finite");
  const bad = place.has("mask") ? column("mask") : variance.map(() => 0);
  const out = { wave: column(wave).map((value) => value * factor), flux: column(flux),
    ivar: variance.map((value, i) => (known(value) && bad[i] === 0 ? 1 / value : 0)) };
  if (/jy|\/ ?hz|hz-1|hz\^-1/.test(unit.get(flux).toLowerCase())) { // per Hz: f_λ ∝ f_ν / λ²
    const middle = specz.own.median(out.wave);
    const slope = out.wave.map((value) => (middle / value) ** 2);
    out.flux = out.flux.map((value, i) => value * slope[i]);
    out.ivar = out.ivar.map((value, i) => value / slope[i] ** 2);
  }
  return out;
};

specz.own.median = function (values) {
  const sorted = Float64Array.from(values).sort(), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : 0.5 * (sorted[half - 1] + sorted[half]);
};

// Throws unless wavelengths increase and every pixel that is not masked has a flux.
specz.own.check = function ({ wave, flux, ivar }, [low, high]) {
  const brief = (value, digits) => String(Number(value.toPrecision(digits)));
  if (!wave.every(Number.isFinite) || wave[0] <= 0)
    throw new Error("wave must be finite and positive");
  const i = wave.findIndex((value, k) => k && value <= wave[k - 1]);
  if (i > 0) throw new Error(`wave must increase; it ${wave[i] === wave[i - 1] ? "repeats" : "falls"} ` +
    `from ${brief(wave[i - 1], 8)} to ${brief(wave[i], 8)} at pixel ${i}`);
  const wrong = [...flux.keys()].filter((k) => ivar[k] > 0 && !Number.isFinite(flux[k]));
  if (wrong.length) throw new Error("flux must be finite, or its ivar 0 to mask the pixel; got " +
    `${String(flux[wrong[0]]).replace("NaN", "nan").replace("Infinity", "inf")} at pixel ` +
    `${wrong[0]} (${wrong.length} in all)`);
  if (wave.at(-1) < low) for (const [name, factor] of [["nm", 10], ["µm", 1e4]])
    if (wave.some((value) => value * factor > low && value * factor < high)) throw new Error(
      `wave must be in Å and reach into ${low.toFixed(0)}-${high.toFixed(0)} Å; got ` +
      `${brief(wave[0], 6)} to ${brief(wave.at(-1), 6)}; are these ${name}?`);
};

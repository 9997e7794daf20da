// The living figure of a reader's own spectrum: a file in, its spectrum, best model and p(z) out.
// living_read.js reads the file, living_own.js computes; both in the page, nothing is sent.

specz.own.LARGEST = 3e7; // bytes: no spectrum is larger

// A galaxy of the library with noise, the same for the same seed: a spectrum, and what it is.
specz.own.example = function (data, library, seed) {
  const { wave_min, step, n_pixels } = data.example, { z_min, width, n } = data.classes;
  const uniform = specz.random(-seed), snr = 10 ** (0.6 * uniform() - 0.3);
  const z = z_min + width * n * uniform();
  const sed = Math.floor(uniform() * library.coefficients[0].length);
  const wave = Float64Array.from({ length: n_pixels }, (_, i) => wave_min + step * (i + 0.5));
  const basis = specz.own.components(specz.own.edges(wave, data.rules.gap), data, library)(z);
  const flux = specz.own.model(basis, library.coefficients.map((row) => row[sed]));
  const sigma = flux.reduce((a, b) => a + b) / n_pixels / snr, draws = specz.noise(n_pixels, seed);
  return { name: `An example, true z = ${z.toFixed(4)}, S/N ${snr.toFixed(1)} per pixel`,
    spectrum: { wave, flux: flux.map((value, i) => value + sigma * draws[i]),
      ivar: wave.map(() => 1 / sigma ** 2) } };
};

// Some four round numbers between two.
specz.own.ticks = function (low, high) {
  const power = 10 ** Math.floor(Math.log10((high - low) / 3));
  const every = power * [5, 2, 1].find((many) => many * power * 3 <= high - low), out = [];
  for (let k = Math.ceil(low / every); k * every <= high; k++)
    out.push([k * every, (k * every).toLocaleString("en")]);
  return out;
};

// Draws the spectrum and, once there is one, the answer, in place of what was drawn.
specz.own.draw = function (svg, { wave, flux, ivar }, answer, data) {
  const add = specz.element, good = Array.from(wave.keys()).filter((i) => ivar[i] > 0);
  const { z_min, width, n } = data.classes, z_max = z_min + width * n;
  const upper = { left: 60, right: 690, top: 24, bottom: 230 };
  const lower = { left: 60, right: 690, top: 300, bottom: 460 };
  svg.replaceChildren();
  if (wave.length) {
    const part = (q) => seen[Math.round(q * (seen.length - 1))];
    const seen = Float64Array.from(good, (i) => flux[i]).sort(), model = answer?.model || [];
    const least = part(0.005), most = model.reduce((a, b) => Math.max(a, b), part(0.995));
    const room = 0.1 * (most - least) || 1, range = [wave[0], wave.at(-1)];
    const [x, y] = specz.axes(svg, upper, { range, ticks: specz.own.ticks(...range),
      name: "observed wavelength in vacuum (Å)" },
      { range: [least - room, most + room], ticks: [], name: "flux per Å" });
    const kept = (value) => Math.min(Math.max(y(value), upper.top), upper.bottom);
    const curve = (name, pixels, values) => { // broken where pixels are left out
      const cuts = pixels.flatMap((pixel, i) => (i && pixel - pixels[i - 1] === 1 ? [] : [i]));
      add("path", { class: name, d: cuts.map((from, c) => specz.path(
        pixels.slice(from, cuts[c + 1]).map((i) => x(wave[i])),
        values.slice(from, cuts[c + 1]).map(kept))).join("") }, svg);
    };
    curve("noisy", good, good.map((i) => flux[i]));
    if (answer?.model) curve("spectrum", answer.used, Array.from(model));
    const marks = add("g", { class: "marks" }, svg);
    if (answer?.model && !answer.flags.includes("NO_LINE"))
      for (const { name, wave_rest, before } of data.marked) {
        const at = x(wave_rest * (1 + answer.z));
        if (at < upper.left || at > upper.right) continue;
        add("line", { x1: at, x2: at, y1: upper.top, y2: upper.bottom }, marks);
        add("text", { x: at, y: upper.top - 8, "text-anchor": before ? "end" : "start" }, marks, name);
      }
  }
  const [zx, py] = specz.axes(svg, lower,
    { range: [z_min, z_max], ticks: specz.own.ticks(z_min, z_max), name: "redshift z" },
    { range: [-5, 0], ticks: [[0, "1"], [-2, "0.01"], [-4, "10⁻⁴"]], name: "p of a class" });
  if (answer) add("path", { class: "posterior spectrum", d: specz.path(
    answer.classes.map((_, k) => zx(z_min + width * (k + 0.5))),
    answer.classes.map((p) => py(Math.log10(Math.max(p, 1e-5))))) }, svg);
};

// The answer in words: redshift, lines, flags.
specz.own.say = function ({ z, z_err, p_best, flags }, wave, data) {
  const found = Number.isNaN(z) ? "There is no answer."
    : `z = ${z.toFixed(4)} ± ${z_err.toFixed(4)}, p = ${p_best.toPrecision(2)} for the best class.`;
  const lines = data.marked.map(({ name, wave_rest }) => [name, wave_rest * (1 + z)])
    .filter(([, at]) => at > wave[0] && at < wave.at(-1) && !flags.includes("NO_LINE"))
    .map(([name, at]) => `${name} at ${Math.round(at).toLocaleString("en")} Å`);
  return found + (lines.length ? ` Expected lines: ${lines.join(", ")}.` : "") +
    (flags.length ? ` Flags: ${flags.map((name) => `${name}, ${data.flags[name]}`).join("; ")}.`
                  : " No flag.");
};

specz.figures.drop = function (box, data, id) {
  const add = specz.element, none = { wave: [], flux: [], ivar: [] };
  const controls = add("div", { class: "controls" }, box);
  const chosen = specz.control(controls, `${id}-file`, "Your spectrum, a text table ", ["input",
    { type: "file", accept: ".csv,.txt,.dat,.tsv,.ecsv,text/*" }], () => take(chosen.files[0]));
  const example = add("button", { type: "button" }, controls, "An example");
  const progress = add("progress", { max: 1, "aria-label": "part of p(z) that is computed" }, controls);
  add("div", { class: "about" }, box, "Or drop a file anywhere on this figure. It is read and " +
    "computed in your browser: nothing leaves your machine.");
  const svg = add("svg", { viewBox: "0 0 720 510", role: "img", "aria-label": box.dataset.alt }, box);
  const said = add("p", { "aria-live": "polite" }, box);

  let library = null, job = 0, seed = 0, waiting = null; // for the library
  const show = (spectrum, answer, text) => {
    specz.own.draw(svg, spectrum, answer, data);
    said.textContent = text;
    progress.style.visibility = "hidden"; // keeps its place
  };
  const fail = (name, why) => show(none, null, `${name}: ${why}`);
  // Makes a spectrum, and computes in slices between which the page answers; a later file wins.
  const run = (make) => {
    const mine = ++job;
    if (!library) return void (waiting = make);
    const { name, spectrum } = make(), work = specz.own.redshift(spectrum, data, library);
    show(spectrum, null, `${name}: computing p(z).`);
    progress.value = 0;
    progress.style.visibility = "visible";
    const slice = () => {
      if (mine !== job) return;
      const until = performance.now() + 25;
      let step;
      do step = work.next(); while (!step.done && performance.now() < until);
      if (step.done)
        return show(spectrum, step.value, `${name}: ${specz.own.say(step.value, spectrum.wave, data)}`);
      progress.value = step.value;
      setTimeout(slice);
    };
    setTimeout(slice);
  };
  const take = async (file) => {
    if (!file) return;
    const mine = ++job, { name } = file;
    try {
      if (/\.(fits?|fz)(\.gz)?$/i.test(name))
        throw new Error("FITS files need the command specz predict; here expected is a text table");
      if (file.size > specz.own.LARGEST) throw new Error("expected a file below 30 MB");
      const spectrum = specz.own.read(await file.text(), data);
      specz.own.check(spectrum, data.range);
      if (mine === job) run(() => ({ name, spectrum }));
    } catch (error) {
      if (mine === job) fail(name, error.message);
    }
  };
  const another = () => run(() => specz.own.example(data, library, ++seed));

  chosen.addEventListener("click", () => { chosen.value = ""; }); // the same file may come again
  example.addEventListener("click", another);
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"])
    box.addEventListener(kind, (event) => {
      event.preventDefault(); // else the browser opens the file in place of the page
      box.classList.toggle("over", kind.startsWith("dragenter") || kind === "dragover");
      if (kind === "drop") take(event.dataTransfer.files[0]);
    });
  show(none, null, "Loading the library of galaxies.");
  another();
  specz.whenSeen(box, () => specz.load(data.weights, () => {
    library = specz.own.library(specz.weights.library, data.nodes);
    if (waiting) run(waiting);
  }, () => fail("The library of galaxies", "it could not be loaded")));
};

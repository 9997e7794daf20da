// Living figures: drawing and controls. Plain script, no library, no request: it works from a file.
// Spectra and methods are those of living_methods.js.

specz.element = function (name, attributes = {}, parent = null, text = "") {
  const svg = ["svg", "path", "line", "text", "g", "rect", "circle"].includes(name);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name)
                   : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  if (parent) parent.append(made);
  return made;
};

// A control with its label, alert to every change; a slider shows its value beside it.
specz.control = function (parent, id, label, make, onInput) {
  const both = specz.element("span", {}, parent);
  specz.element("label", { for: id }, both, label);
  const [name, attributes, options] = make;
  const made = specz.element(name, { id, ...attributes }, both);
  (options || []).forEach((text, i) => specz.element("option", { value: i }, made, text));
  // Not read out by itself: the slider says the same, and the figure's text follows.
  if (attributes.type === "range")
    specz.element("output", { for: id, "aria-live": "off" }, both);
  made.addEventListener("input", onInput);
  return made;
};

// Says a slider's value, with its unit, to the eye and to a screen reader.
specz.say = function (slider, text) {
  slider.setAttribute("aria-valuetext", text);
  slider.parentElement.querySelector("output").textContent = text;
};

// Axes of a panel with ticks [value, text] and names; returns the scales of x and y.
specz.axes = function (parent, panel, xs, ys) {
  const { left, right, top, bottom } = panel;
  const scale = (from, to, { range: [a, b] }) => (value) => from + (value - a) / (b - a) * (to - from);
  const x = scale(left, right, xs), y = scale(bottom, top, ys);
  const axis = specz.element("g", { class: "axis" }, parent);
  specz.element("line", { x1: left, x2: right, y1: bottom, y2: bottom }, axis);
  specz.element("line", { x1: left, x2: left, y1: top, y2: bottom }, axis);
  for (const [value, text] of xs.ticks)
    specz.element("text", { x: x(value), y: bottom + 18, "text-anchor": "middle" }, axis, text);
  for (const [value, text] of ys.ticks)
    specz.element("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, axis, text);
  specz.element("text", { x: (left + right) / 2, y: bottom + 40, "text-anchor": "middle" },
    axis, xs.name);
  const middle = (top + bottom) / 2;
  specz.element("text", { x: 12, y: middle, transform: `rotate(-90 12 ${middle})`,
    "text-anchor": "middle" }, axis, ys.name);
  return [x, y];
};

specz.wavelengths = function ({ wave_min, step, n_pixels }) {
  const wave_max = wave_min + step * n_pixels, ticks = [];
  for (let wave = Math.ceil(wave_min / 2000) * 2000; wave <= wave_max; wave += 2000)
    ticks.push([wave, wave.toLocaleString("en")]);
  return { range: [wave_min, wave_max], ticks, name: "observed wavelength (Å)" };
};

specz.path = (xs, ys) =>
  "M" + Array.from(xs, (x, i) => `${x.toFixed(1)} ${ys[i].toFixed(1)}`).join("L");

// Weights that files of the site bring, by name.
specz.weights = {};

// Loads such a file as a script, for a page that was opened from a file may ask for no other.
specz.load = (file, then, fail) => {
  const script = specz.element("script", { src: file });
  script.addEventListener("load", then);
  script.addEventListener("error", fail);
  document.head.append(script);
};

// Calls once, when an element comes into view.
specz.whenSeen = (element, then) => new IntersectionObserver((seen, watch) => {
  if (!seen.some((entry) => entry.isIntersecting)) return;
  watch.disconnect();
  then();
}).observe(element);

specz.figures = {
  redshift(box, data, id) {
    const waves = specz.wavelengths(data.grid), [wave_min, wave_max] = waves.range;
    const panel = { left: 44, right: 688, top: 46, bottom: 254 }, add = specz.element;
    const controls = add("div", { class: "controls" }, box);
    const select = specz.control(controls, `${id}-sed`, "Galaxy ",
      ["select", {}, data.seds.map((sed) => sed.label)], () => draw());
    const slider = specz.control(controls, `${id}-z`, "Redshift ", ["input",
      { type: "range", min: data.z[0], max: data.z[1], step: 0.001, value: 1.3 }], () => draw());
    // Lines that Hα may be taken for: of each name the brightest.
    const rivals = data.lines.filter(({ label, ratio }) => label !== "Hα" &&
      !data.lines.some((other) => other.label === label && other.ratio > ratio))
      .filter((line, i, all) => all.findIndex(({ label }) => label === line.label) === i);
    const called = ({ label, wave_rest }) => `${label} ${Math.round(wave_rest)}`;
    const taken = specz.control(controls, `${id}-taken`, "Take its Hα for ",
      ["select", {}, ["Hα, which it is", ...rivals.map(called)]], () => draw());
    const svg = add("svg", { viewBox: "0 0 720 300", role: "img", "aria-label": box.dataset.alt },
      box);
    const said = add("p", { "aria-live": "polite" }, box);
    const [x] = specz.axes(svg, panel, waves, { range: [0, 1], ticks: [], name: "flux / mean" });
    const path = add("path", { class: "spectrum" }, svg);
    const marks = add("g", { class: "marks" }, svg), others = add("g", { class: "rival" }, svg);
    const at = Float64Array.from({ length: data.grid.n_pixels },
      (_, i) => x(wave_min + data.grid.step * (i + 0.5)));

    // A name for each label, a mark for each line: at the mean of [O III] or [N II] none of it lies.
    const named = new Map(), halpha = data.lines.find(({ label }) => label === "Hα").wave_rest;
    for (const line of [...data.lines].sort((a, b) => a.wave_rest - b.wave_rest))
      named.set(line.label, [...(named.get(line.label) || []), line.wave_rest]);

    const placed = (label, waves) => `${label} at ` +
      `${waves.map((wave) => Math.round(wave).toLocaleString("en")).join(" and ")} Å`;
    const within = (wave) => wave >= wave_min && wave <= wave_max;
    // [N II] straddles Hα, [S II] stands close by: names on two rows.
    const row = (label) => (["Hα", "Hβ"].includes(label) ? 30 : 8);
    const mean = (waves) => waves.reduce((a, b) => a + b) / waves.length;

    const draw = () => {
      const z = Number(slider.value);
      const flux = specz.observe(data, Number(select.value), z);
      const peak = Math.max(...flux) * 1.08;
      const y = (value) => panel.bottom - value / peak * (panel.bottom - panel.top);
      path.setAttribute("d", specz.path(at, flux.map(y)));
      marks.replaceChildren();
      const seen = [], below = [], above = [];
      for (const [label, rest] of named) {
        const waves = rest.map((wave) => wave * (1 + z));
        const inside = waves.filter(within);
        const part = inside.length ? `a line of ${label}` : label;
        if (waves.some((wave) => wave < wave_min)) below.push(part);
        if (waves.some((wave) => wave > wave_max)) above.push(part);
        if (!inside.length) continue;
        seen.push(placed(label, inside));
        for (const wave of inside)
          add("line", { x1: x(wave), x2: x(wave), y1: panel.top, y2: panel.bottom }, marks);
        if (label !== "[N II]")
          add("text", { x: x(mean(inside)), y: 46 - row(label), "text-anchor": "middle" }, marks, label);
      }
      others.replaceChildren();
      const rival = rivals[Number(taken.value) - 1];
      said.textContent = `z = ${z.toFixed(3)}${range(z)}. ` +
        `In the window: ${seen.join(", ") || "no line"}.` +
        (below.length ? ` Not yet in it: ${below.join(", ")}.` : "") +
        (above.length ? ` Gone beyond it: ${above.join(", ")}.` : "") +
        (rival ? ` ${compete(z, rival)}` : "");
      specz.say(slider, `z = ${z.toFixed(3)}`);
    };
    const range = (z) => z >= data.classes[0] && z < data.classes[1]
      ? "" : " (outside the study’s range)";
    // Draws where the lines would lie if Hα were a rival; says what to look for.
    const compete = (z, rival) => {
      if (!within((1 + z) * halpha)) return "Hα is not in the window: nothing to be taken for another line.";
      const wrong = (1 + z) * halpha / rival.wave_rest - 1, wanted = [];
      for (const [label, rest] of named) {
        const inside = rest.map((wave) => wave * (1 + wrong)).filter(within);
        if (!inside.length) continue;
        for (const wave of inside)
          add("line", { x1: x(wave), x2: x(wave), y1: panel.top, y2: panel.bottom }, others);
        if (label !== "[N II]")
          add("text", { x: x(mean(inside)), y: panel.bottom - row(label), "text-anchor": "middle" },
            others, label);
        wanted.push(placed(label, inside));
      }
      return `Taken for ${called(rival)}, its Hα would mean z = ${wrong.toFixed(3)}` +
        `${range(wrong)}. Lines would then be expected (dashes): ${wanted.join(", ") || "none"}.`;
    };
    draw();
  },

  posterior(box, data, id) {
    const { z_min, width, n } = data.classes, z_max = z_min + width * n, add = specz.element;
    const { methods } = data, NEAR = 12;
    const tries = { cnn: 400, network: 400, bayes: 60 }; // some seconds each
    const controls = add("div", { class: "controls" }, box);
    const select = specz.control(controls, `${id}-sed`, "Galaxy ",
      ["select", {}, data.seds.map((sed) => sed.label)], () => draw());
    const redshift = specz.control(controls, `${id}-z`, "Redshift ", ["input",
      { type: "range", min: z_min, max: z_max - width, step: width, value: 1.3 }], () => draw());
    const noise = specz.control(controls, `${id}-snr`, "S/N ", ["input",
      { type: "range", min: -1, max: 0.6, step: 0.05, value: Math.log10(data.snr) }], () => draw());
    const again = add("button", { type: "button" }, controls, "New noise");
    const search = add("button", { type: "button" }, controls, "Show me a failure");
    const failing = methods.length > 1 && specz.control(controls, `${id}-failing`, "of ",
      ["select", {}, methods.map(({ name }) => name)], () => {});
    if (failing) failing.parentElement.className = "short";
    const svg = add("svg", { viewBox: "0 0 720 530", role: "img", "aria-label": box.dataset.alt },
      box);
    const said = add("p", { "aria-live": "polite" }, box);
    const about = methods.filter((method) => method.about);
    if (about.length)
      add("div", { class: "about" }, box, about.map((m) => `${m.name}: ${m.about}.`).join(" "));

    const waves = specz.wavelengths(data.grid);
    const upper = { left: 60, right: 690, top: 10, bottom: 190 };
    const [x] = specz.axes(svg, upper, waves, { range: [0, 1], ticks: [], name: "flux / mean" });
    const high = 300, low = 480, part = { left: 60, right: 440, top: high, bottom: low };
    const near = { left: 510, right: 690, top: high, bottom: low };
    const eighths = Array.from({ length: 5 }, (_, i) => z_min + (z_max - z_min) * i / 4);
    const powers = [[0, "1"], [-1, "0.1"], [-2, "0.01"], [-3, "0.001"], [-4, "10⁻⁴"]];
    const [zx, py] = specz.axes(svg, part,
      { range: [z_min, z_max], ticks: eighths.map((z) => [z, z.toFixed(1)]), name: "redshift z" },
      { range: [-5, 0], ticks: powers, name: "p of a class" });
    const [dx] = specz.axes(svg, near,
      { range: [-NEAR, NEAR + 1], ticks: [-10, 0, 10].map((k) => [k + 0.5, k < 0 ? `−${-k}` : `${k}`]),
        name: "classes from the true one" },
      { range: [-5, 0], ticks: powers, name: "" });
    const noisy = add("path", { class: "noisy" }, svg), clean = add("path", { class: "spectrum" }, svg);
    const truth = add("line", { class: "truth", y1: high - 8, y2: low }, svg);
    const truthName = add("text", { y: high - 14, "text-anchor": "middle" }, svg, "true z");
    const places = [90, 190, 460].slice(-methods.length); // of their names
    const curves = methods.map(({ key, name }, i) => {
      add("line", { class: `posterior ${key}`, x1: places[i] - 30, x2: places[i] - 6, y1: 257,
        y2: 257 }, svg);
      add("text", { x: places[i], y: 262, class: key }, svg, name);
      return [0, 1].map(() => add("path", { class: `posterior ${key}` }, svg));
    });
    const { wave_min, step, n_pixels } = data.grid;
    const at = Float64Array.from({ length: n_pixels }, (_, i) => x(wave_min + step * (i + 0.5)));
    const zs = Float64Array.from({ length: n }, (_, k) => zx(z_min + width * (k + 0.5)));

    const bayes = specz.bayes(data);
    // Of each method that can answer by now: the function from a spectrum and its S/N to p.
    const solve = data.network ? { network: specz.network(data) } : {};
    const missing = { cnn: "loading its weights", bayes: "computing its library of spectra" };
    let seed = 1, waiting = 0, searching = 0, note = "";
    const show = (i, p, truth) => {
      const [whole, close] = curves[i];
      if (!p) return curves[i].forEach((path) => path.setAttribute("d", "M0 0"));
      const y = p.map((v) => py(Math.log10(Math.max(v, 1e-5))));
      whole.setAttribute("d", specz.path(zs, y));
      const classes = Array.from({ length: 2 * NEAR + 1 }, (_, k) => truth - NEAR + k)
        .filter((k) => k >= 0 && k < n);
      close.setAttribute("d", specz.path(classes.map((k) => dx(k - truth + 0.5)),
                                         classes.map((k) => y[k])));
    };
    const found = (p) => p.indexOf(Math.max(...p)), middle = (k) => z_min + width * (k + 0.5);
    const sentence = ({ key, name }, p, truth) => {
      if (!p) return `${name}: ${missing[key]}.`;
      const k = found(p), off = k - truth;
      return `${name}: z = ${middle(k).toFixed(4)} with p = ${p[k].toFixed(2)}, ` +
        (off ? `${Math.abs(off)} class${Math.abs(off) > 1 ? "es" : ""} off.` : "the right class.");
    };
    // A galaxy's spectrum at the middle of class k, without noise and with that of a seed.
    const spectra = (sed, k, snr, seed) => {
      const flux = specz.observe(data, sed, middle(k)), draws = specz.noise(n_pixels, seed);
      return [flux, flux.map((value, i) => value + draws[i] / snr)];
    };
    const snrNow = () => 10 ** Number(noise.value);
    const classNow = () => Math.round((Number(redshift.value) - z_min) / width);
    const draw = (why = "") => {
      stop();
      note = why;
      const right = classNow(), z = middle(right), snr = snrNow();
      const [flux, spectrum] = spectra(Number(select.value), right, snr, seed);
      const faintest = Math.min(...spectrum), brightest = Math.max(...spectrum);
      const y = (v) =>
        upper.bottom - (v - faintest) / (brightest - faintest) * (upper.bottom - upper.top);
      noisy.setAttribute("d", specz.path(at, spectrum.map(y)));
      clean.setAttribute("d", specz.path(at, flux.map(y)));
      for (const name of ["x1", "x2"]) truth.setAttribute(name, zx(z));
      truthName.setAttribute("x", zx(z));
      specz.say(redshift, `z = ${z.toFixed(4)}`);
      specz.say(noise, `${snr.toFixed(2)} per pixel`); // the slider is of its logarithm
      const answers = methods.map(({ key }) =>
        key !== "bayes" && solve[key] ? solve[key](spectrum, snr) : null);
      const elsewhere = methods.length > 1 && Math.abs(Math.log10(snr / data.snr)) > 0.02;
      const say = () => {
        answers.forEach((p, i) => show(i, p, right));
        said.textContent = `${note}True z = ${z.toFixed(4)}, S/N ${snr.toFixed(2)}. ` +
          answers.map((p, i) => sentence(methods[i], p, right)).join(" ") +
          (elsewhere ? ` The networks have seen no S/N but ${data.snr}.` : "");
      };
      clearTimeout(waiting);
      if (!solve.bayes) return say();
      answers.slice(0, -1).forEach((p, i) => show(i, p, right));
      waiting = setTimeout(() => { // the slower one follows when the hand rests
        answers[methods.length - 1] = solve.bayes(spectrum, snr);
        say();
      }, 60);
    };

    // Other galaxies, redshifts and noise, until a method's most probable redshift is an outlier.
    const stop = () => {
      clearTimeout(searching);
      searching = 0;
      search.textContent = "Show me a failure";
    };
    const seek = () => {
      const { key, name } = methods[failing ? Number(failing.value) : 0], snr = snrNow();
      if (!solve[key]) return void (said.textContent = `${name}: ${missing[key]}.`);
      const first = seed, attempt = () => {
        const until = Date.now() + 40;
        do {
          seed += 1;
          const uniform = specz.random(-seed); // numbers that are not those of the noise
          const sed = Math.floor(uniform() * data.seds.length);
          const right = Math.floor(uniform() * n), tried = seed - first;
          const k = found(solve[key](spectra(sed, right, snr, seed)[1], snr));
          if (Math.abs(middle(k) - middle(right)) > data.wrong * (1 + middle(right))) {
            select.value = sed;
            redshift.value = z_min + width * right;
            return draw(`${name} fails in draw ${tried} of galaxy, redshift and noise. `);
          }
          if (tried === tries[key])
            return draw(`${name} did not fail in ${tried} draws at this S/N. `);
        } while (Date.now() < until);
        search.textContent = `Searching, ${seed - first} of ${tries[key]}: stop`;
        searching = setTimeout(attempt);
      };
      attempt();
    };
    search.addEventListener("click", () => (searching ? draw() : seek()));
    again.addEventListener("click", () => { seed += 1; draw(); });
    draw();
    const prepare = () => {
      if (bayes.step() < 1) return void setTimeout(prepare);
      solve.bayes = bayes.posterior;
      draw(note);
    };
    specz.whenSeen(box, () => { // not before
      prepare();
      if (data.weights) specz.load(data.weights, () => {
        solve.cnn = specz.cnn(specz.weights.cnn);
        draw(note);
      }, () => {
        missing.cnn = "its weights could not be loaded";
        draw(note);
      });
    });
  },

  convolution(box, data, id) {
    const { edges, pixels, kernel } = data, add = specz.element, n = pixels.length;
    const places = n - kernel.length + 1;
    const answers = Array.from({ length: places }, (_, i) =>
      kernel.reduce((sum, w, j) => sum + w * pixels[i + j], 0));
    const text = (v, digits = 1) => v.toFixed(digits).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
    const controls = add("div", { class: "controls" }, box);
    const slider = specz.control(controls, `${id}-place`, "Kernel ", ["input",
      { type: "range", min: 0, max: places - 1, step: 1, value: 0 }], () => draw());
    const svg = add("svg", { viewBox: "0 0 720 450", role: "img", "aria-label": box.dataset.alt,
      class: "dragged" }, box);
    const said = add("p", { "aria-live": "polite" }, box);
    const upper = { left: 60, right: 690, top: 10, bottom: 180 };
    const lower = { left: 60, right: 690, top: 240, bottom: 400 };
    const range = [edges[0], edges[n]];
    const ticks = edges.filter((_, i) => i % 3 === 1)
      .map((wave) => [wave, Math.round(wave).toLocaleString("en")]);
    const levels = (values, name) => { // zero, and the range with room for the kernel's weights
      const low = Math.min(0, ...values), high = Math.max(0, ...values), room = (high - low) * 0.2;
      const every = 10 ** Math.floor(Math.log10((high - low) / 2)), marks = [];
      for (let i = Math.ceil(low / every); i * every <= high; i++)
        marks.push([i * every, text(i * every, every < 1 ? 1 : 0)]);
      return { range: [low - room, high + room / 2], ticks: marks, name };
    };
    const waves = { range, ticks, name: "observed wavelength (Å)" };
    const [x, y] = specz.axes(svg, upper, { ...waves, ticks: [], name: "" },
      levels(pixels, "pixel"));
    const [, ay] = specz.axes(svg, lower, waves, levels(answers, "answer"));
    const window = add("rect", { class: "kernel", y: upper.top, height: upper.bottom - upper.top },
      svg);
    for (const [scale, panel] of [[y, upper], [ay, lower]])
      add("line", { class: "truth", x1: panel.left, x2: panel.right, y1: scale(0), y2: scale(0) }, svg);
    add("path", { class: "spectrum", d: "M" + pixels.map((value, i) =>
      `${x(edges[i])} ${y(value)}H${x(edges[i + 1])}`).join("L") }, svg);
    const names = kernel.map(() => add("text", { y: upper.bottom - 6, "text-anchor": "middle" },
      svg));
    const line = add("path", { class: "traced" }, svg), dots = add("g", { class: "traced" }, svg);
    const middle = (pixel) => x(0.5 * (edges[pixel] + edges[pixel + 1])), half = (kernel.length - 1) / 2;
    let furthest = 0; // the kernel starts at the left: all places up to here are traced
    const draw = () => {
      const at = Number(slider.value);
      furthest = Math.max(furthest, at);
      window.setAttribute("x", x(edges[at]));
      window.setAttribute("width", x(edges[at + kernel.length]) - x(edges[at]));
      names.forEach((name, j) => {
        name.setAttribute("x", middle(at + j));
        name.textContent = `× ${text(kernel[j], 0)}`;
      });
      dots.replaceChildren();
      const traced = answers.slice(0, furthest + 1), across = traced.map((_, i) => middle(i + half));
      line.setAttribute("d", specz.path(across, traced.map(ay)));
      traced.forEach((answer, i) =>
        add("circle", { cx: across[i], cy: ay(answer), r: i === at ? 7 : 3.5 }, dots));
      const sum = kernel.map((w, j) => `(${text(w, 0)} × ${text(pixels[at + j])})`).join(" + ");
      specz.say(slider, `on pixels ${at + 1} to ${at + kernel.length}`);
      said.textContent = `${sum} = ${text(answers[at])}. ` + (traced.length < places
        ? `${traced.length} of ${places} answers traced out.` : "All answers are traced out.");
    };
    // The pointer takes the kernel along; the slider does the same from the keyboard.
    const drag = (event) => {
      if (!event.buttons) return;
      const { left, width } = svg.getBoundingClientRect();
      const wanted = (event.clientX - left) / width * 720;
      const pixel = (wanted - upper.left) / (upper.right - upper.left) * n;
      slider.value = Math.round(pixel - kernel.length / 2); // kept within its range
      draw();
    };
    svg.addEventListener("pointerdown", drag);
    svg.addEventListener("pointermove", drag);
    draw();
  },
};

addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".living").forEach((box, i) => {
    const data = JSON.parse(box.querySelector("script").textContent);
    box.querySelectorAll("p").forEach((note) => note.remove());
    specz.figures[box.dataset.figure](box, data, `living-${i}`);
  });
});

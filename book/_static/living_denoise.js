// The living figure of denoising: what the posterior makes of a noisy spectrum, and which of its
// lines are invented, by the rule of src/specz/denoising/lines.py.

// S/N of a line at each pixel, by a matched filter; beyond the ends the last value goes on.
specz.significance = (flux, filter, snr) => {
  const reach = (filter.length - 1) / 2, last = flux.length - 1;
  return Float64Array.from(flux, (_, i) => snr * filter.reduce((sum, w, j) =>
    sum + w * flux[Math.min(Math.max(i + j - reach, 0), last)], 0));
};

// Pixels at which a denoised spectrum has a line that the true one has not.
specz.invented = (flux, truth, { filter, level, near }, snr) => {
  const highest = (values, i) => Math.max(...values.subarray(Math.max(i - near, 0), i + near + 1));
  const weights = specz.floats(filter);
  const [seen, there] = [flux, truth].map((each) => specz.significance(each, weights, snr));
  return Array.from(seen.keys()).filter((i) => seen[i] >= level && seen[i] === highest(seen, i) &&
    seen[i] - highest(there, i) >= level);
};

specz.figures.denoise = (box, data, id) => {
  const { z_min, width, n } = data.classes, add = specz.element, { wave_min, step, n_pixels } = data.grid;
  const kinds = ["posterior mean", "posterior sample"];
  const controls = add("div", { class: "controls" }, box);
  const select = specz.control(controls, `${id}-sed`, "Galaxy ",
    ["select", {}, data.seds.map((sed) => sed.label)], () => draw());
  const redshift = specz.control(controls, `${id}-z`, "Redshift ", ["input",
    { type: "range", min: z_min, max: z_min + width * (n - 1), step: width, value: 1.3 }], () => draw());
  const noise = specz.control(controls, `${id}-snr`, "S/N ", ["input",
    { type: "range", min: -1, max: 0.6, step: 0.05, value: -0.3 }], () => draw());
  const kind = specz.control(controls, `${id}-kind`, "Show the ",
    ["select", {}, kinds], () => draw());
  const again = add("button", { type: "button" }, controls, "New noise");
  const svg = add("svg", { viewBox: "0 0 720 470", role: "img", "aria-label": box.dataset.alt }, box);
  const said = add("p", { "aria-live": "polite" }, box);
  const waves = specz.wavelengths(data.grid), none = { range: [0, 1], ticks: [], name: "flux / mean" };
  const upper = { left: 60, right: 690, top: 10, bottom: 180 };
  const lower = { left: 60, right: 690, top: 245, bottom: 415 };
  const [x] = specz.axes(svg, upper, { ...waves, name: "" }, none);
  specz.axes(svg, lower, waves, none);
  add("text", { x: 66, y: 24 }, svg, "observed");
  const name = add("text", { x: 66, y: 250 }, svg);
  const noisy = add("path", { class: "noisy" }, svg);
  const truths = [upper, lower].map(() => add("path", { class: "noiseless" }, svg));
  const shown = add("path", { class: "spectrum" }, svg);
  const marks = [0, 1].map(() => add("g", { class: "invented" }, svg)); // of both panels
  const at = Float64Array.from({ length: n_pixels }, (_, i) => x(wave_min + step * (i + 0.5)));
  const bayes = specz.bayes(data);
  let seed = 1, waiting = 0, ready = false;
  select.value = Math.min(3, data.seds.length - 1); // a line of medium strength

  const curve = (path, flux, y) => path.setAttribute("d", specz.path(at, flux.map(y)));
  const scale = ({ top, bottom }, ...spectra) => {
    const [least, most] = [Math.min, Math.max].map((end) => end(...spectra.map((s) => end(...s))));
    return (v) => bottom - (v - least) / (most - least) * (bottom - top - 14);
  };
  const error = (flux, truth) =>
    flux.reduce((sum, v, i) => sum + (v - truth[i]) ** 2, 0) / n_pixels;
  // Marks the lines of a panel's spectrum that the true one has not; says where they are.
  const mark = (group, flux, truth, snr, y) => {
    const pixels = specz.invented(flux, truth, data.invented, snr);
    group.replaceChildren();
    for (const i of pixels) add("path", { d: `M${at[i]} ${y(flux[i]) - 4}l-5 -9h10z` }, group);
    if (!pixels.length) return "no invented line";
    const waves = pixels.map((i) => Math.round(wave_min + step * (i + 0.5)).toLocaleString("en"));
    return `${pixels.length} invented line${pixels.length > 1 ? "s" : ""} (triangles) at ` +
      `${waves.join(" and ")} Å`;
  };
  const draw = () => {
    clearTimeout(waiting);
    const k = Math.round((Number(redshift.value) - z_min) / width), z = z_min + width * (k + 0.5);
    const snr = 10 ** Number(noise.value), truth = specz.observe(data, Number(select.value), z);
    const draws = specz.noise(n_pixels, seed), flux = truth.map((v, i) => v + draws[i] / snr);
    const y = scale(upper, flux);
    curve(noisy, flux, y);
    curve(truths[0], truth, y);
    const peaks = mark(marks[0], flux, truth, snr, y);
    specz.say(redshift, `z = ${z.toFixed(4)}`);
    specz.say(noise, `${snr.toFixed(2)} per pixel`); // the slider is of its logarithm
    const what = kinds[Number(kind.value)];
    name.textContent = what;
    if (!ready) {
      said.textContent = "Computing its library of spectra.";
      return curve(truths[1], truth, scale(lower, truth));
    }
    waiting = setTimeout(() => { // follows when the hand rests
      const found = bayes.denoise(flux, snr, specz.random(-seed)); // not the numbers of the noise
      const answer = [found.mean, found.sample][Number(kind.value)];
      const to = scale(lower, truth, answer);
      curve(truths[1], truth, to);
      curve(shown, answer, to);
      const lines = mark(marks[1], answer, truth, snr, to);
      const parts = [found.mean, found.sample].map((each) => error(each, truth) * snr * snr);
      said.textContent = `z = ${z.toFixed(4)}, S/N ${snr.toFixed(2)}. Squared error, that of the ` +
        `observed spectrum being 1: mean ${parts[0].toPrecision(2)}, sample ` +
        `${parts[1].toPrecision(2)}. As observed: ${peaks}. The ${what}: ${lines}.`;
    }, 60);
  };
  again.addEventListener("click", () => { seed += 1; draw(); });
  draw();
  const prepare = () => {
    if (bayes.step() < 1) return void setTimeout(prepare);
    ready = true;
    draw();
  };
  specz.whenSeen(box, prepare); // not before
};

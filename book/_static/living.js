// Living figures. Plain script, no library, no request: it works from a file.
// specz.observe follows src/specz/observe.py; a test holds one against the other.
const specz = {};

// Error function, Abramowitz & Stegun 7.1.26 in the form of Numerical Recipes: |error| < 1.2e-7.
specz.erf = function (x) {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const r = t * Math.exp(-x * x - 1.26551223 + t * (1.00002368 + t * (0.37409196 +
    t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398 +
    t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return x >= 0 ? 1 - r : r - 1;
};

// Noiseless spectrum of one SED at redshift z, in units of its mean flux: one value a pixel.
specz.observe = function (data, sed, z) {
  const { wave_min, step, n_pixels } = data.grid;
  const { continuum, line_flux } = data.seds[sed];
  const nodes = data.nodes;
  const cumulative = new Float64Array(continuum.length);
  for (let k = 1; k < continuum.length; k++)
    cumulative[k] = cumulative[k - 1] + 0.5 * (continuum[k - 1] + continuum[k]);
  const integral = (wave) => { // of the piecewise-linear continuum, in nodes
    const at = (wave - nodes.wave_min) / nodes.step;
    const k = Math.min(Math.max(Math.floor(at), 0), continuum.length - 2);
    const t = at - k;
    return cumulative[k] + t * (continuum[k] + 0.5 * t * (continuum[k + 1] - continuum[k]));
  };
  const flux = new Float64Array(n_pixels);
  let before = integral(wave_min / (1 + z));
  for (let i = 0; i < n_pixels; i++) {
    const after = integral((wave_min + step * (i + 1)) / (1 + z));
    flux[i] = (after - before) * nodes.step;
    before = after;
  }
  data.lines.forEach((line, j) => {
    const wave = line.wave_rest * (1 + z), sigma = data.sigma_over_wave * wave;
    const pixel = (w) => Math.floor((w - wave_min) / step);
    const first = Math.max(0, pixel(wave - 6 * sigma));
    const last = Math.min(n_pixels - 1, pixel(wave + 6 * sigma));
    const share = (w) => 0.5 * specz.erf((w - wave) / (Math.SQRT2 * sigma));
    for (let i = first; i <= last; i++)
      flux[i] += line_flux[j] * (share(wave_min + step * (i + 1)) - share(wave_min + step * i));
  });
  const mean = flux.reduce((a, b) => a + b) / n_pixels;
  return flux.map((value) => value / mean);
};

specz.element = function (name, attributes = {}, parent = null, text = "") {
  const svg = ["svg", "path", "line", "text", "g"].includes(name);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name)
                   : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  if (parent) parent.append(made);
  return made;
};

specz.figures = {
  redshift(box, data, id) {
    const { wave_min, step, n_pixels } = data.grid, wave_max = wave_min + step * n_pixels;
    const width = 720, height = 300, left = 44, right = 32, top = 46, bottom = 46;
    const add = specz.element;
    const controls = add("div", { class: "controls" }, box);
    add("label", { for: `${id}-sed` }, controls, "Galaxy ");
    const select = add("select", { id: `${id}-sed` }, controls);
    data.seds.forEach((sed, i) => add("option", { value: i }, select, sed.label));
    add("label", { for: `${id}-z` }, controls, "Redshift ");
    const slider = add("input",
      { type: "range", id: `${id}-z`, min: data.z[0], max: data.z[1], step: 0.001, value: 1.3 },
      controls);
    const svg = add("svg",
      { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": box.dataset.alt }, box);
    const said = add("p", { "aria-live": "polite" }, box);

    const x = (wave) => left + (wave - wave_min) / (wave_max - wave_min) * (width - left - right);
    const axis = add("g", { class: "axis" }, svg);
    add("line", { x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }, axis);
    add("line", { x1: left, x2: left, y1: top, y2: height - bottom }, axis);
    for (let wave = Math.ceil(wave_min / 1000) * 1000; wave <= wave_max; wave += 1000) {
      if (wave % 2000) continue;
      add("text", { x: x(wave), y: height - bottom + 18, "text-anchor": "middle" }, axis,
        wave.toLocaleString("en"));
    }
    add("text", { x: (left + width) / 2, y: height - 6, "text-anchor": "middle" }, axis,
      "observed wavelength (Å)");
    add("text", { x: 12, y: height / 2, transform: `rotate(-90 12 ${height / 2})`,
      "text-anchor": "middle" }, axis, "flux / mean");
    const path = add("path", { class: "spectrum" }, svg);
    const marks = add("g", { class: "marks" }, svg);

    // One mark for each label: the lines of a doublet are told apart by no eye here.
    const named = new Map();
    for (const line of [...data.lines].sort((a, b) => a.wave_rest - b.wave_rest))
      named.set(line.label, [...(named.get(line.label) || []), line.wave_rest]);

    const draw = () => {
      const z = Number(slider.value);
      const flux = specz.observe(data, Number(select.value), z);
      const peak = Math.max(...flux) * 1.08;
      const y = (value) => height - bottom - value / peak * (height - bottom - top);
      path.setAttribute("d", "M" + Array.from(flux, (value, i) =>
        `${x(wave_min + step * (i + 0.5)).toFixed(1)} ${y(value).toFixed(1)}`).join("L"));
      marks.replaceChildren();
      const seen = [], below = [], above = [];
      for (const [label, waves] of named) {
        const wave = waves.reduce((a, b) => a + b) / waves.length * (1 + z);
        if (wave < wave_min) below.push(label);
        else if (wave > wave_max) above.push(label);
        else {
          seen.push(`${label} at ${Math.round(wave).toLocaleString("en")} Å`);
          add("line", { x1: x(wave), x2: x(wave), y1: top, y2: height - bottom }, marks);
          // [N II] straddles Hα, [S II] stands close by: names on two rows.
          const row = ["Hα", "Hβ"].includes(label) ? 16 : 38;
          if (label !== "[N II]")
            add("text", { x: x(wave), y: row, "text-anchor": "middle" }, marks, label);
        }
      }
      const inside = z >= 1 && z < 1.8;
      said.textContent = `z = ${z.toFixed(3)}${inside ? "" : " (outside the study’s range)"}. ` +
        `In the window: ${seen.join(", ") || "no line"}.` +
        (below.length ? ` Not yet in it: ${below.join(", ")}.` : "") +
        (above.length ? ` Gone beyond it: ${above.join(", ")}.` : "");
    };
    slider.addEventListener("input", draw);
    select.addEventListener("input", draw);
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

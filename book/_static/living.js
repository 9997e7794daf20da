// Living figures. Plain script, no library, no request: it works from a file.
// In src/specz, specz.observe follows spectra/observe.py, specz.network follows
// estimators/equivariant.py, and specz.bayes estimators/bayes.py; tests compare each with it.
const specz = {};

// Numbers that a page carries: base64 of little-endian float32.
specz.floats = (text) =>
  new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

// Integral from the first node of a continuum that is linear between nodes, at each node.
specz.cumulative = function (continuum) {
  const sum = new Float64Array(continuum.length);
  for (let k = 1; k < sum.length; k++)
    sum[k] = sum[k - 1] + 0.5 * (continuum[k - 1] + continuum[k]);
  return sum;
};

// Where a wavelength falls among the nodes: [node below, part of the way to the next].
specz.among = function (nodes, n, wave) {
  const at = (wave - nodes.wave_min) / nodes.step;
  const k = Math.min(Math.max(Math.floor(at), 0), n - 2);
  return [k, at - k];
};

// What a line of unit flux puts into the pixels that it reaches: [first pixel, values].
specz.line = function (data, wave_rest, z) {
  const { wave_min, step, n_pixels } = data.grid;
  const wave = wave_rest * (1 + z), sigma = data.sigma_over_wave * wave;
  const pixel = (w) => Math.floor((w - wave_min) / step);
  const first = Math.max(0, pixel(wave - 6 * sigma));
  const last = Math.min(n_pixels - 1, pixel(wave + 6 * sigma));
  const below = (i) => 0.5 * specz.erf((wave_min + step * i - wave) / (Math.SQRT2 * sigma));
  const values = [];
  for (let i = first, low = below(first); i <= last; i++) {
    const high = below(i + 1);
    values.push(high - low);
    low = high;
  }
  return [first, values];
};

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
  const continuum = specz.floats(data.seds[sed].continuum);
  const line_flux = specz.floats(data.seds[sed].line_flux);
  const cumulative = specz.cumulative(continuum);
  const integral = (i) => { // in nodes, up to the lower edge of pixel i
    const wave = (wave_min + step * i) / (1 + z);
    const [k, t] = specz.among(data.nodes, continuum.length, wave);
    return cumulative[k] + t * (continuum[k] + 0.5 * t * (continuum[k + 1] - continuum[k]));
  };
  const flux = new Float64Array(n_pixels);
  for (let i = 0, before = integral(0); i < n_pixels; i++) {
    const after = integral(i + 1);
    flux[i] = (after - before) * data.nodes.step;
    before = after;
  }
  data.lines.forEach((line, j) => {
    const [first, values] = specz.line(data, line.wave_rest, z);
    values.forEach((value, i) => { flux[first + i] += line_flux[j] * value; });
  });
  const mean = flux.reduce((a, b) => a + b) / n_pixels;
  return flux.map((value) => value / mean);
};

// White noise of unit variance, the same for the same seed (mulberry32, then Box and Muller).
specz.noise = function (n, seed) {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return Float64Array.from({ length: n }, () =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()));
};

// Turns ln p of the classes, but for a constant, into p, in place.
specz.normalise = function (value) {
  const top = value.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let i = 0; i < value.length; i++) sum += value[i] = Math.exp(value[i] - top);
  for (let i = 0; i < value.length; i++) value[i] /= sum;
  return value;
};

// ln of the mean of exp over each `n` neighbours.
specz.logMeans = function (value, n) {
  return Float64Array.from({ length: value.length / n }, (_, i) => {
    const part = value.subarray(i * n, (i + 1) * n);
    const top = part.reduce((a, b) => Math.max(a, b));
    return top + Math.log(part.reduce((sum, v) => sum + Math.exp(v - top), 0) / n);
  });
};

// The network: returns a function from a spectrum to p(class).
specz.network = function (data) {
  const { n_shifts, scale } = data.network;
  const taps = (packed) => {
    const first = specz.floats(packed.first), weight = specz.floats(packed.weight);
    const n = weight.length / first.length;
    return (input) => Float64Array.from(first, (start, j) => {
      let sum = 0;
      for (let t = 0; t < n; t++) sum += weight[j * n + t] * input[start + t];
      return sum;
    });
  };
  const share = taps(data.network.sharing), interpolate = taps(data.network.interpolate);
  const window = specz.floats(data.network.window);
  const kernelOfWindow = specz.floats(data.network.dense_window);
  const dense = data.network.dense.map((layer) =>
    ({ kernel: specz.floats(layer.kernel), bias: specz.floats(layer.bias) }));
  const width = dense[0].bias.length, n_filters = dense[0].kernel.length / width;
  const filters = specz.floats(data.network.filters), length = filters.length / n_filters;

  const correlate = (bins) => { // (shift, filter)
    const out = new Float64Array(n_shifts * n_filters);
    for (let f = 0; f < n_filters; f++)
      for (let s = 0; s < n_shifts; s++) {
        const start = f * length + n_shifts - 1 - s;
        let sum = 0;
        for (let j = 0; j < bins.length; j++) sum += bins[j] * filters[start + j];
        out[s * n_filters + f] = sum;
      }
    return out;
  };
  const times = (input, kernel, n_in, n_out, bias = null) => { // (shift, n_in) to (shift, n_out)
    const out = new Float64Array(n_shifts * n_out);
    for (let s = 0; s < n_shifts; s++) {
      const row = out.subarray(s * n_out, (s + 1) * n_out);
      if (bias) row.set(bias);
      for (let i = 0; i < n_in; i++) {
        const value = input[s * n_in + i];
        if (value) for (let o = 0; o < n_out; o++) row[o] += value * kernel[i * n_out + o];
      }
    }
    return out;
  };
  const seen = times(correlate(window).map((v) => v / data.snr), kernelOfWindow, n_filters, width);

  return (flux) => {
    let h = correlate(share(flux.map((value) => value - 1))), n = n_filters;
    dense.forEach(({ kernel, bias }, i) => {
      h = times(h, kernel, n, bias.length, bias);
      n = bias.length;
      if (i === 0) h = h.map((value, k) => value + seen[k]);
      if (i < dense.length - 1) h = h.map((value) => Math.max(value, 0));
    });
    const fine = interpolate(h);
    const value = specz.logMeans(fine, fine.length / data.classes.n);
    return specz.normalise(value.map((v) => v * scale));
  };
};

// The Bayes posterior with some SEDs as prior, each a sum of principal continua and lines.
// First call step() until it returns 1, the part that is done; then posterior(flux, snr).
specz.bayes = function (data) {
  const { wave_min, step, n_pixels } = data.grid;
  const coefficients = specz.floats(data.prior.coefficients), n_lines = data.lines.length;
  const continuum = specz.floats(data.prior.continuum);
  const n_nodes = specz.floats(data.seds[0].continuum).length;
  const n_continua = continuum.length / n_nodes, n = n_continua + n_lines;
  const n_seds = coefficients.length / n;
  const rows = Array.from({ length: n_continua },
    (_, r) => continuum.subarray(r * n_nodes, (r + 1) * n_nodes));
  const sums = rows.map(specz.cumulative);
  const n_z = data.classes.n * data.prior.steps;
  const z = (j) => data.classes.z_min + data.classes.width / data.prior.steps * (j + 0.5);
  // Of each SED at each redshift: 1 / mean flux, and half the square of the normalised spectrum.
  const inverse = new Float64Array(n_z * n_seds), half = new Float64Array(n_z * n_seds);
  let done = 0;

  // Products of the components at redshift z with a spectrum, given too as its `drops` at the edges.
  const products = (j, drops, spectrum) => {
    const opened = 1 + z(j), out = new Float64Array(n);
    const a = new Float64Array(n_nodes), b = new Float64Array(n_nodes), c = new Float64Array(n_nodes);
    let low = n_nodes, high = 0;
    for (let i = 0; i <= n_pixels; i++) {
      const [k, t] = specz.among(data.nodes, n_nodes, (wave_min + step * i) / opened);
      const w = drops[i];
      a[k] += w;
      b[k] += w * t;
      c[k] += 0.5 * w * t * t;
      low = Math.min(low, k);
      high = Math.max(high, k);
    }
    for (let r = 0; r < n_continua; r++) {
      const row = rows[r], cumulative = sums[r];
      let sum = 0;
      for (let k = low; k <= high; k++)
        sum += a[k] * cumulative[k] + b[k] * row[k] + c[k] * (row[k + 1] - row[k]);
      out[r] = sum * data.nodes.step;
    }
    data.lines.forEach((line, l) => {
      const [first, values] = specz.line(data, line.wave_rest, z(j));
      out[n_continua + l] = values.reduce((sum, v, i) => sum + v * spectrum[first + i], 0);
    });
    return out;
  };
  const falls = (spectrum) => Float64Array.from({ length: n_pixels + 1 },
    (_, i) => (i ? spectrum[i - 1] : 0) - (i < n_pixels ? spectrum[i] : 0));
  const ones = new Float64Array(n_pixels).fill(1), fallsOfOnes = falls(ones);

  const prepare = (j) => {
    const below = new Int32Array(n_pixels + 1), part = new Float64Array(n_pixels + 1);
    for (let i = 0; i <= n_pixels; i++)
      [below[i], part[i]] =
        specz.among(data.nodes, n_nodes, (wave_min + step * i) / (1 + z(j)));
    const basis = rows.map((row, r) => {
      const out = new Float64Array(n_pixels), sum = sums[r];
      for (let i = 0, before = 0; i <= n_pixels; i++) {
        const k = below[i], t = part[i];
        const after = sum[k] + t * (row[k] + 0.5 * t * (row[k + 1] - row[k]));
        if (i) out[i - 1] = (after - before) * data.nodes.step;
        before = after;
      }
      return out;
    });
    const lines = data.lines.map((line) => specz.line(data, line.wave_rest, z(j)));
    const gram = new Float64Array(n * n); // upper triangle, twice where off the diagonal
    const put = (r, s, sum) => { gram[r * n + s] = r === s ? sum : 2 * sum; };
    for (let r = 0; r < n_continua; r++) {
      for (let s = r; s < n_continua; s++) {
        const one = basis[r], other = basis[s];
        let sum = 0;
        for (let i = 0; i < n_pixels; i++) sum += one[i] * other[i];
        put(r, s, sum);
      }
      lines.forEach(([first, values], l) =>
        put(r, n_continua + l, values.reduce((sum, v, i) => sum + v * basis[r][first + i], 0)));
    }
    lines.forEach(([first, values], l) => lines.slice(l).forEach(([start, others], m) =>
      put(n_continua + l, n_continua + l + m,
        values.reduce((sum, v, i) => sum + v * (others[first + i - start] || 0), 0))));
    const mean = products(j, fallsOfOnes, ones).map((v) => v / n_pixels);
    for (let k = 0; k < n_seds; k++) {
      const c = coefficients.subarray(k * n, (k + 1) * n);
      let level = 0, square = 0;
      for (let r = 0; r < n; r++) {
        level += c[r] * mean[r];
        let sum = 0;
        for (let s = r; s < n; s++) sum += gram[r * n + s] * c[s];
        square += c[r] * sum;
      }
      inverse[j * n_seds + k] = 1 / level;
      half[j * n_seds + k] = 0.5 * (square / (level * level) - n_pixels);
    }
  };

  return {
    step(many = 20) {
      for (const end = Math.min(done + many, n_z); done < end; done++) prepare(done);
      return done / n_z;
    },
    posterior(flux, snr) {
      const spectrum = flux.map((value) => value - 1), drops = falls(spectrum);
      const value = new Float64Array(n_z), each = new Float64Array(n_seds);
      for (let j = 0; j < n_z; j++) {
        const overlap = products(j, drops, spectrum);
        for (let k = 0; k < n_seds; k++) {
          let sum = 0;
          for (let r = 0; r < n; r++) sum += coefficients[k * n + r] * overlap[r];
          each[k] = snr * snr * (sum * inverse[j * n_seds + k] - half[j * n_seds + k]);
        }
        value[j] = specz.logMeans(each, n_seds)[0];
      }
      return specz.normalise(specz.logMeans(value, data.prior.steps));
    },
  };
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

// A control with its label, alert to every change.
specz.control = function (parent, id, label, make, onInput) {
  const both = specz.element("span", {}, parent);
  specz.element("label", { for: id }, both, label);
  const [name, attributes, options] = make;
  const made = specz.element(name, { id, ...attributes }, both);
  (options || []).forEach((text, i) => specz.element("option", { value: i }, made, text));
  made.addEventListener("input", onInput);
  return made;
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

specz.figures = {
  redshift(box, data, id) {
    const waves = specz.wavelengths(data.grid), [wave_min, wave_max] = waves.range;
    const panel = { left: 44, right: 688, top: 46, bottom: 254 }, add = specz.element;
    const controls = add("div", { class: "controls" }, box);
    const select = specz.control(controls, `${id}-sed`, "Galaxy ",
      ["select", {}, data.seds.map((sed) => sed.label)], () => draw());
    const slider = specz.control(controls, `${id}-z`, "Redshift ", ["input",
      { type: "range", min: data.z[0], max: data.z[1], step: 0.001, value: 1.3 }], () => draw());
    const svg = add("svg", { viewBox: "0 0 720 300", role: "img", "aria-label": box.dataset.alt },
      box);
    const said = add("p", { "aria-live": "polite" }, box);
    const [x] = specz.axes(svg, panel, waves, { range: [0, 1], ticks: [], name: "flux / mean" });
    const path = add("path", { class: "spectrum" }, svg);
    const marks = add("g", { class: "marks" }, svg);
    const at = Float64Array.from({ length: data.grid.n_pixels },
      (_, i) => x(wave_min + data.grid.step * (i + 0.5)));

    // A name for each label, a mark for each line: at the mean of [O III] or [N II] none of it lies.
    const named = new Map();
    for (const line of [...data.lines].sort((a, b) => a.wave_rest - b.wave_rest))
      named.set(line.label, [...(named.get(line.label) || []), line.wave_rest]);

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
        const inside = waves.filter((wave) => wave >= wave_min && wave <= wave_max);
        const part = inside.length ? `a line of ${label}` : label;
        if (waves.some((wave) => wave < wave_min)) below.push(part);
        if (waves.some((wave) => wave > wave_max)) above.push(part);
        if (!inside.length) continue;
        const listed = inside.map((wave) => Math.round(wave).toLocaleString("en"));
        seen.push(`${label} at ${listed.join(" and ")} Å`);
        for (const wave of inside)
          add("line", { x1: x(wave), x2: x(wave), y1: panel.top, y2: panel.bottom }, marks);
        // [N II] straddles Hα, [S II] stands close by: names on two rows.
        const row = ["Hα", "Hβ"].includes(label) ? 16 : 38;
        const middle = inside.reduce((a, b) => a + b) / inside.length;
        if (label !== "[N II]")
          add("text", { x: x(middle), y: row, "text-anchor": "middle" }, marks, label);
      }
      const inside = z >= 1 && z < 1.8;
      said.textContent = `z = ${z.toFixed(3)}${inside ? "" : " (outside the study’s range)"}. ` +
        `In the window: ${seen.join(", ") || "no line"}.` +
        (below.length ? ` Not yet in it: ${below.join(", ")}.` : "") +
        (above.length ? ` Gone beyond it: ${above.join(", ")}.` : "");
    };
    draw();
  },

  posterior(box, data, id) {
    const { z_min, width, n } = data.classes, z_max = z_min + width * n, add = specz.element;
    const names = data.network ? ["Network", "Bayes posterior"] : ["Bayes posterior"], NEAR = 12;
    const last = names.length - 1;
    const controls = add("div", { class: "controls" }, box);
    const select = specz.control(controls, `${id}-sed`, "Galaxy ",
      ["select", {}, data.seds.map((sed) => sed.label)], () => draw());
    const redshift = specz.control(controls, `${id}-z`, "Redshift ", ["input",
      { type: "range", min: z_min, max: z_max - width, step: width, value: 1.3 }], () => draw());
    const noise = specz.control(controls, `${id}-snr`, "S/N ", ["input",
      { type: "range", min: -1, max: 0.6, step: 0.05, value: Math.log10(data.snr) }], () => draw());
    const again = add("button", { type: "button" }, controls, "New noise");
    const svg = add("svg", { viewBox: "0 0 720 530", role: "img", "aria-label": box.dataset.alt },
      box);
    const said = add("p", { "aria-live": "polite" }, box);

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
    const curves = names.map((name, i) => {
      const method = `method-${i + 1 - last}`;
      add("text", { x: 430 + 130 * (i - last), y: 262, class: method }, svg, name);
      return [0, 1].map(() => add("path", { class: `posterior ${method}` }, svg));
    });
    const { wave_min, step, n_pixels } = data.grid;
    const at = Float64Array.from({ length: n_pixels }, (_, i) => x(wave_min + step * (i + 0.5)));
    const zs = Float64Array.from({ length: n }, (_, k) => zx(z_min + width * (k + 0.5)));

    const network = data.network && specz.network(data), bayes = specz.bayes(data);
    let seed = 1, ready = false, waiting = 0;
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
    const sentence = (name, p, truth) => {
      if (!p) return `${name}: computing its library of spectra.`;
      const k = p.indexOf(Math.max(...p)), off = k - truth;
      return `${name}: z = ${(z_min + width * (k + 0.5)).toFixed(4)} with p = ${p[k].toFixed(2)}, ` +
        (off ? `${Math.abs(off)} class${Math.abs(off) > 1 ? "es" : ""} off.` : "the right class.");
    };
    const draw = () => {
      const z = Number(redshift.value) + width / 2, snr = 10 ** Number(noise.value);
      const flux = specz.observe(data, Number(select.value), z);
      const draws = specz.noise(n_pixels, seed);
      const spectrum = flux.map((value, i) => value + draws[i] / snr);
      const faintest = Math.min(...spectrum), brightest = Math.max(...spectrum);
      const y = (v) =>
        upper.bottom - (v - faintest) / (brightest - faintest) * (upper.bottom - upper.top);
      noisy.setAttribute("d", specz.path(at, spectrum.map(y)));
      clean.setAttribute("d", specz.path(at, flux.map(y)));
      for (const name of ["x1", "x2"]) truth.setAttribute(name, zx(z));
      truthName.setAttribute("x", zx(z));
      const answers = names.map(() => null), right = Math.floor((z - z_min) / width);
      if (network) answers[0] = network(spectrum);
      const say = () => {
        answers.forEach((p, i) => show(i, p, right));
        noise.setAttribute("aria-valuetext", snr.toFixed(2)); // the slider is of its logarithm
        redshift.setAttribute("aria-valuetext", z.toFixed(4));
        said.textContent = `True z = ${z.toFixed(4)}, S/N ${snr.toFixed(2)}. ` +
          answers.map((p, i) => sentence(names[i], p, right)).join(" ");
      };
      clearTimeout(waiting);
      if (!ready) return say();
      if (network) show(0, answers[0], right);
      waiting = setTimeout(() => { // the slower one follows when the hand rests
        answers[last] = bayes.posterior(spectrum, snr);
        say();
      }, 60);
    };
    again.addEventListener("click", () => { seed += 1; draw(); });
    draw();
    const prepare = () => {
      ready = bayes.step() === 1;
      if (ready) draw();
      else setTimeout(prepare);
    };
    // Not before the figure is looked at.
    new IntersectionObserver((seen, watch) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      prepare();
    }).observe(box);
  },
};

addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".living").forEach((box, i) => {
    const data = JSON.parse(box.querySelector("script").textContent);
    box.querySelectorAll("p").forEach((note) => note.remove());
    specz.figures[box.dataset.figure](box, data, `living-${i}`);
  });
});

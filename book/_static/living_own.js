// The redshift of a reader's own spectrum. In src/specz, this follows own/predict.py,
// estimators/posterior.py and estimators/any_noise.py; a test compares answers. living_read.js
// reads the file, living_drop.js draws.

// Lower and upper edges of pixels, Å, from their centres; where pixels are missing there is a gap.
specz.own.edges = function (wave, gap) {
  const n = wave.length, apart = (i) => (i >= 0 && i < n - 1 ? wave[i + 1] - wave[i] : Infinity);
  const reach = (i) => // from pixel i half of the way to the next
    (apart(i) > gap * Math.min(apart(i - 1), apart(i + 1)) ? Infinity : apart(i) / 2);
  const low = new Float64Array(n), high = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const below = reach(i - 1), above = reach(i);
    let half = Math.min(below, above);
    if (half === Infinity) half = Math.min(apart(i - 1), apart(i)) / 2; // between two gaps
    low[i] = wave[i] - (below === Infinity ? half : below);
    high[i] = above === Infinity ? wave[i] + half : wave[i + 1] - above;
  }
  return [low, high];
};

// The library's file: principal continua at the nodes, and coefficients in 8 bits.
specz.own.library = function ({ continua, least, step, coefficients }, { n_nodes }) {
  const split = (values, n) => Array.from({ length: values.length / n },
    (_, r) => Float64Array.from(values.subarray(r * n, (r + 1) * n)));
  const low = specz.floats(least), steps = specz.floats(step);
  const bytes = new Uint8Array(specz.bytes(coefficients));
  const rows = split(specz.floats(continua), n_nodes);
  return { rows, sums: rows.map(specz.cumulative), coefficients: split(bytes, bytes.length / low.length)
    .map((row, r) => row.map((value) => low[r] + steps[r] * value)) };
};

// Returns a function from a redshift to the components on pixels with these edges: continua as
// rows, lines as [first pixel, values].
specz.own.components = function ([low, high], { lines, nodes, sigma_over_wave }, { rows, sums }) {
  const n = low.length, edges = [], ends = []; // the pixel that ends at an edge, shared or not
  for (let i = 0; i < n; i++) {
    if (edges.at(-1) !== low[i]) {
      edges.push(low[i]);
      ends.push(-1);
    }
    edges.push(high[i]);
    ends.push(i);
  }
  const density = low.map((value, i) => nodes.step / (high[i] - value));
  const below = new Int32Array(edges.length), part = new Float64Array(edges.length);
  return (z) => {
    for (let e = 0; e < edges.length; e++) {
      const place = (edges[e] / (1 + z) - nodes.wave_min) / nodes.step;
      below[e] = Math.min(Math.floor(place), nodes.n_nodes - 2);
      part[e] = place - below[e];
    }
    const continua = rows.map((row, r) => {
      const sum = sums[r], out = new Float64Array(n);
      for (let e = 0, before = 0; e < edges.length; e++) {
        const k = below[e], t = part[e], pixel = ends[e];
        const integral = sum[k] + t * (row[k] + 0.5 * t * (row[k + 1] - row[k]));
        if (pixel >= 0) out[pixel] = (integral - before) * density[pixel];
        before = integral;
      }
      return out;
    });
    return { continua, lines: lines.map(({ wave_rest }) => {
      const wave = wave_rest * (1 + z), sigma = sigma_over_wave * wave, values = [];
      const before = (value) => specz.erf((value - wave) / (Math.SQRT2 * sigma));
      let first = 0;
      for (let end = n; first < end;) { // the first pixel that reaches into the line
        const middle = (first + end) >> 1;
        if (high[middle] < wave - 6 * sigma) first = middle + 1; else end = middle;
      }
      for (let i = first; i < n && low[i] < wave + 6 * sigma; i++)
        values.push(0.5 * (before(high[i]) - before(low[i])) / (high[i] - low[i]));
      return [first, values];
    }) };
  };
};

// Of a symmetric matrix, row by row, the lower triangle L with LLᵀ = a.
specz.own.cholesky = function (a, n) {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) {
    let left = a[i * n + j];
    for (let k = 0; k < j; k++) left -= out[i * n + k] * out[j * n + k];
    out[i * n + j] = i === j ? Math.sqrt(left) : left / out[j * n + j];
  }
  return out;
};

// Sum of products; four sums at a time, as each waits for the one before.
specz.own.dot = function (a, b) {
  const n = a.length;
  let one = 0, two = 0, three = 0, four = 0, i = 0;
  for (; i + 3 < n; i += 4) {
    one += a[i] * b[i];
    two += a[i + 1] * b[i + 1];
    three += a[i + 2] * b[i + 2];
    four += a[i + 3] * b[i + 3];
  }
  for (; i < n; i++) one += a[i] * b[i];
  return one + two + three + four;
};

// Mean of the coefficients for an unknown amplitude, and a root of their covariance, from the mean
// of each component over the pixels.
specz.own.prior = function (coefficients, level) {
  const n = level.length, n_seds = coefficients[0].length;
  const mean = new Float64Array(n), square = new Float64Array(n * n), CHUNK = 500; // stays in cache
  for (let start = 0; start < n_seds; start += CHUNK) {
    const part = coefficients.slice(0, n).map((row) => row.slice(start, start + CHUNK));
    const sum = new Float64Array(part[0].length);
    for (let r = 0; r < n; r++)
      for (let k = 0; k < sum.length; k++) sum[k] += part[r][k] * level[r];
    part.forEach((row, r) => {
      for (let k = 0; k < sum.length; k++) mean[r] += (row[k] /= sum[k]) / n_seds;
      for (let s = 0; s <= r; s++) square[r * n + s] += specz.own.dot(row, part[s]) / n_seds;
    });
  }
  let trace = 0;
  for (let r = 0; r < n; r++) trace += square[r * n + r];
  for (let r = 0; r < n; r++) square[r * n + r] += 1e-12 * trace;
  return { mean, spread: specz.own.cholesky(square, n) };
};

// Weighted products of the components with a spectrum and with each other.
specz.own.products = function ({ continua, lines }, weighted, ivar) {
  const n_continua = continua.length, n = n_continua + lines.length, n_pixels = ivar.length;
  const d = new Float64Array(n), gram = new Float64Array(n * n), heavy = new Float64Array(n_pixels);
  const put = (r, s, sum) => { gram[r * n + s] = gram[s * n + r] = sum; };
  continua.forEach((row, r) => {
    for (let i = 0; i < n_pixels; i++) heavy[i] = ivar[i] * row[i];
    d[r] = specz.own.dot(weighted, row);
    for (let s = 0; s <= r; s++) put(r, s, specz.own.dot(heavy, continua[s]));
    lines.forEach(([first, values], l) =>
      put(r, n_continua + l, values.reduce((sum, v, i) => sum + v * heavy[first + i], 0)));
  });
  lines.forEach(([first, values], l) => {
    d[n_continua + l] = values.reduce((sum, v, i) => sum + v * weighted[first + i], 0);
    lines.forEach(([start, others], m) => put(n_continua + l, n_continua + m, values.reduce(
      (sum, v, i) => sum + v * ivar[first + i] * (others[first + i - start] || 0), 0)));
  });
  return { d, gram, n };
};

// ln of the evidence of the first components but for a constant, with what a fit needs further.
specz.own.evidence = function ({ d, gram, n: stride }, { mean, spread }) {
  const n = mean.length, turned = new Float64Array(n * n), inner = new Float64Array(n * n);
  const rest = d.slice(0, n), pull = new Float64Array(n); // d - Gμ, and K⁻¹Lᵀ of it
  let value = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += gram[i * stride + j] * mean[j];
    rest[i] -= sum;
    value += mean[i] * (d[i] - 0.5 * sum);
    for (let k = 0; k < n; k++) { // GL
      let sum = 0;
      for (let j = k; j < n; j++) sum += gram[i * stride + j] * spread[j * n + k];
      turned[i * n + k] = sum;
    }
  }
  for (let i = 0; i < n; i++) for (let k = 0; k <= i; k++) { // 1 + LᵀGL
    let sum = i === k ? 1 : 0;
    for (let j = i; j < n; j++) sum += spread[j * n + i] * turned[j * n + k];
    inner[i * n + k] = sum;
  }
  const root = specz.own.cholesky(inner, n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = i; j < n; j++) sum += spread[j * n + i] * rest[j];
    for (let k = 0; k < i; k++) sum -= root[i * n + k] * pull[k];
    pull[i] = sum / root[i * n + i];
    value += 0.5 * pull[i] ** 2 - Math.log(root[i * n + i]);
  }
  return { value, root, pull };
};

// Most probable coefficients, and how many of them the data determine.
specz.own.fit = function (products, prior) {
  const { root, pull } = specz.own.evidence(products, prior), { mean, spread } = prior;
  const n = mean.length, c = new Float64Array(n);
  let free = n; // less the trace of (KKᵀ)⁻¹
  for (let i = n - 1; i >= 0; i--) {
    let sum = pull[i];
    for (let k = i + 1; k < n; k++) sum -= root[k * n + i] * c[k];
    c[i] = sum / root[i * n + i];
    const unit = new Float64Array(n);
    for (let j = i; j < n; j++) {
      let left = j === i ? 1 : 0;
      for (let k = i; k < j; k++) left -= root[j * n + k] * unit[k];
      unit[j] = left / root[j * n + j];
      free -= unit[j] ** 2;
    }
  }
  return { free, coefficients: mean.map((value, i) => {
    for (let k = 0; k <= i; k++) value += spread[i * n + k] * c[k];
    return value;
  }) };
};

specz.own.model = ({ continua, lines }, c) => {
  const out = new Float64Array(continua[0].length);
  continua.forEach((row, r) => row.forEach((value, i) => { out[i] += c[r] * value; }));
  lines.forEach(([first, values], l) => values.forEach((value, i) => {
    out[first + i] += c[continua.length + l] * value;
  }));
  return out;
};

// What p of the trial redshifts says: mean of the best class and its neighbours, half of the
// central 68 %, odds of the second peak, classes.
specz.own.summary = function (p, { z_min, width, n }, { wrong, tiny }) {
  const steps = p.length / n, z = (k) => z_min + width / steps * (k + 0.5);
  const classes = specz.own.sums(p, steps), best = classes.indexOf(Math.max(...classes));
  let mass = 0, mean = 0, sum = 0, second = tiny;
  for (let k = Math.max(0, best - 1) * steps; k < Math.min(n, best + 2) * steps; k++) {
    mass += p[k];
    mean += p[k] * z(k);
  }
  mean /= mass;
  const [low, high] = [0.16, 0.84].map((part) => {
    let k = 0;
    for (sum = 0; k < p.length - 1 && sum + p[k] < part; k++) sum += p[k];
    return z(k) + width / steps * ((part - sum) / p[k] - 0.5);
  });
  for (let k = 0; k < n; k++)
    if (Math.abs(z_min + width * (k + 0.5) - mean) > wrong * (1 + mean))
      second = Math.max(second, classes[k]);
  return { z: mean, z_err: (high - low) / 2, classes, p_best: classes[best],
    odds: 2 * Math.log(classes[best] / second) };
};

specz.own.sums = (values, n) => Float64Array.from({ length: values.length / n }, (_, k) =>
  values.subarray(k * n, (k + 1) * n).reduce((a, b) => a + b));

// The redshift of a spectrum, in slices: a generator that yields the part that is done, between 0
// and 1, and returns the answer, with the indices of the pixels used and the best model on them.
specz.own.redshift = function* ({ wave, flux, ivar }, data, library) {
  const own = specz.own, { classes, rules } = data, { z_min, width, n } = classes;
  const [low, high] = own.edges(wave, rules.gap), [least, most] = data.range;
  const good = Array.from(wave.keys()).filter((i) => ivar[i] > 0);
  const used = good.filter((i) => low[i] >= least && high[i] <= most);
  const warn = { OUT_OF_RANGE: used.length < good.length };
  const flags = (found) => Object.keys(data.flags).filter((name) => found[name]);
  if (used.length < rules.pixels_min) return { z: NaN, z_err: NaN, p_best: 1 / n, used, model: null,
    flags: flags({ ...warn, FEW_PIXELS: true }), classes: new Float64Array(n).fill(1 / n) };
  let x = Float64Array.from(used, (i) => flux[i]), w = Float64Array.from(used, (i) => ivar[i]);
  const weight = w.reduce((a, b) => a + b), weighted = x.reduce((sum, v, i) => sum + v * w[i], 0);
  const scale = Math.max(weighted / weight, 3 / Math.sqrt(weight));
  x = x.map((value) => value / scale);
  w = w.map((value) => value * scale ** 2).map((value) => value / (1 + value / rules.snr_max ** 2));
  const wx = w.map((value, i) => value * x[i]);
  const at = own.components([low, high].map((edge) => Float64Array.from(used, (i) => edge[i])),
    data, library);
  const n_continua = library.rows.length, priors = [];
  const prior = (k) => { // with lines and without, shared by the classes of a group
    const group = Math.floor(k / rules.group);
    if (!priors[group]) {
      const middle = rules.group * group + Math.floor(rules.group / 2);
      const { continua, lines } = at(z_min + width * (middle + 0.5));
      const level = [...continua, ...lines.map(([, values]) => values)].map((row) =>
        row.reduce((a, b) => a + b, 0) / used.length);
      priors[group] = [level, level.slice(0, n_continua)].map((part) =>
        own.prior(library.coefficients, part));
    }
    return priors[group];
  };
  const ask = (k, part, lineless = 0) => // at some part of the way through class k
    own.evidence(own.products(at(z_min + width * (k + part)), wx, w), prior(k)[lineless]).value;

  const { steps, coarse, every } = rules, value = new Float64Array(n * steps), none = [];
  for (let k = 0; k < n; k++) {
    for (let c = 0; c < coarse; c++)
      value.fill(ask(k, (c + 0.5) / coarse), k * steps + c * steps / coarse,
        k * steps + (c + 1) * steps / coarse);
    if (k % every === Math.floor(every / 2)) none.push(ask(k, 0.5, 1));
    yield 0.5 * k / n;
  }
  const means = specz.logMeans(value, steps), best = Math.max(...means);
  const enough = best - rules.drop - rules.shortfall * (best - own.median(means));
  for (let k = 0; k < n; k++) {
    if (!means.subarray(Math.max(0, k - 1), k + 2).some((mean) => mean > enough)) continue;
    for (let s = 0; s < steps; s++) value[k * steps + s] = ask(k, (s + 0.5) / steps);
    yield 0.5 + 0.5 * k / n;
  }
  const without = specz.logMeans(Float64Array.from(none), none.length)[0];
  const gain = specz.logMeans(value, value.length)[0] - without;
  const plus = (a, b) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
  let p = specz.normalise(value.map((v) =>
    plus(v + Math.log(1 - rules.no_lines), without + Math.log(rules.no_lines))));
  const { z } = own.summary(p, classes, rules), k = Math.floor((z - z_min) / width + 1e-9);
  const basis = at(z), [galaxy] = prior(k);
  const { coefficients, free } = own.fit(own.products(basis, wx, w), galaxy);
  const halpha = n_continua + data.lines.findIndex(({ label }) => label === "Hα");
  const weak = coefficients[halpha] < rules.weak * galaxy.mean[halpha];
  if (weak) p.fill(1 / p.length);
  const model = own.model(basis, coefficients), dof = used.length - free;
  const chi2 = model.reduce((sum, v, i) => sum + w[i] * (x[i] - v) ** 2, 0);
  const said = own.summary(p, classes, rules);
  return { ...said, z, used, model: model.map((v) => v * scale), gain, chi2, dof, flags: flags({ ...warn,
    NO_LINE: weak || gain < rules.gain_min,
    SECOND_PEAK: said.odds < rules.odds_min,
    AT_EDGE: k < rules.edge || k >= n - rules.edge,
    LIBRARY_UNLIKE: chi2 > dof + rules.chi2_sigma * Math.sqrt(2 * dof) }) };
};

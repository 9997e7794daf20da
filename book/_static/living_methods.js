// Spectra, noise and methods of the living figures. Plain script, no library, no request.
// In src/specz, specz.observe follows spectra/observe.py, specz.network follows
// estimators/equivariant.py, specz.cnn estimators/cnn.py, and specz.bayes estimators/bayes.py;
// tests compare each with it. living.js draws them.
const specz = {};

// Numbers that a page carries: base64 of little-endian float32.
specz.bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
specz.floats = (text) => new Float32Array(specz.bytes(text));

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

// A continuum, linear between nodes, and lines at redshift z: one value a pixel.
specz.integrate = function (data, continuum, line_flux, z) {
  const { wave_min, step, n_pixels } = data.grid;
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
  return flux;
};

// Noiseless spectrum of one SED at redshift z, in units of its mean flux.
specz.observe = function (data, sed, z) {
  const { continuum, line_flux } = data.seds[sed];
  const flux = specz.integrate(data, specz.floats(continuum), specz.floats(line_flux), z);
  const mean = flux.reduce((a, b) => a + b) / flux.length;
  return flux.map((value) => value / mean);
};

// Random numbers between 0 and 1, the same for the same seed (mulberry32).
specz.random = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

// White noise of unit variance, the same for the same seed (Box and Muller).
specz.noise = function (n, seed) {
  const uniform = specz.random(seed);
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

// The CNN, from the weights of its file: returns a function from a spectrum to p(class).
specz.cnn = function (weights) {
  const layers = weights.layers.map(({ stride, kernel, bias }) =>
    ({ stride, kernel: specz.floats(kernel), bias: specz.floats(bias) }));
  const { kernel, scale, bias } = weights.classes; // each column in steps of its own, 8 bits each
  const steps = new Int8Array(specz.bytes(kernel));
  const size = specz.floats(scale), offset = specz.floats(bias), n = offset.length;

  // (position, n_in) to (position, n_out), with ReLU; zeros beyond the ends, as Keras adds them.
  const convolve = (input, n_in, { stride, kernel, bias }) => {
    const n_out = bias.length, width = kernel.length / (n_in * n_out), length = input.length / n_in;
    const places = Math.ceil(length / stride);
    const before = Math.floor(Math.max((places - 1) * stride + width - length, 0) / 2);
    const out = new Float64Array(places * n_out);
    for (let s = 0; s < places; s++) {
      const row = out.subarray(s * n_out, (s + 1) * n_out);
      row.set(bias);
      for (let j = 0; j < width; j++) {
        const from = s * stride - before + j;
        if (from < 0 || from >= length) continue;
        for (let i = 0; i < n_in; i++) {
          const value = input[from * n_in + i], at = (j * n_in + i) * n_out;
          for (let o = 0; o < n_out; o++) row[o] += value * kernel[at + o];
        }
      }
      for (let o = 0; o < n_out; o++) row[o] = Math.max(row[o], 0);
    }
    return out;
  };

  return (flux) => {
    let h = flux.map((value) => value - 1), n_in = 1;
    for (const layer of layers) {
      h = convolve(h, n_in, layer);
      n_in = layer.bias.length;
    }
    const sum = new Float64Array(n);
    h.forEach((value, i) => {
      if (value) for (let k = 0; k < n; k++) sum[k] += value * steps[i * n + k];
    });
    return specz.normalise(sum.map((value, k) => value * size[k] + offset[k]));
  };
};

// The Bayes posterior with some SEDs as prior, each a sum of principal continua and lines.
// First call step() until it returns 1, the part that is done; then posterior(flux, snr), or
// denoise(flux, snr, uniform).
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

  // Writes ln p of a spectrum, but for a constant, for each SED at redshift z(j).
  const likelihoodsOf = (flux, snr) => {
    const spectrum = flux.map((value) => value - 1), drops = falls(spectrum);
    return (j, out) => {
      const overlap = products(j, drops, spectrum);
      for (let k = 0; k < n_seds; k++) {
        let sum = 0;
        for (let r = 0; r < n; r++) sum += coefficients[k * n + r] * overlap[r];
        out[k] = snr * snr * (sum * inverse[j * n_seds + k] - half[j * n_seds + k]);
      }
    };
  };

  return {
    step(many = 20) {
      for (const end = Math.min(done + many, n_z); done < end; done++) prepare(done);
      return done / n_z;
    },
    posterior(flux, snr) {
      const value = new Float64Array(n_z), each = new Float64Array(n_seds);
      const likelihoods = likelihoodsOf(flux, snr);
      for (let j = 0; j < n_z; j++) {
        likelihoods(j, each);
        value[j] = specz.logMeans(each, n_seds)[0];
      }
      return specz.normalise(specz.logMeans(value, data.prior.steps));
    },
    // The mean of the noiseless spectra that the posterior allows, and one that is drawn from it.
    denoise(flux, snr, uniform) {
      const p = new Float64Array(n_z * n_seds), likelihoods = likelihoodsOf(flux, snr);
      for (let j = 0; j < n_z; j++) likelihoods(j, p.subarray(j * n_seds, (j + 1) * n_seds));
      specz.normalise(p);
      // At redshift z the spectrum of components that are added up with these factors.
      const spectrum = (j, factors) => {
        const mixed = new Float64Array(n_nodes);
        rows.forEach((row, r) => row.forEach((value, i) => { mixed[i] += factors[r] * value; }));
        return specz.integrate(data, mixed, factors.subarray(n_continua), z(j));
      };
      const add = (factors, at, weight) => {
        const k = at % n_seds;
        for (let r = 0; r < n; r++) factors[r] += weight * inverse[at] * coefficients[k * n + r];
      };
      const mean = new Float64Array(n_pixels), drawn = uniform();
      let below = 0, sample = null;
      for (let j = 0; j < n_z; j++) {
        const factors = new Float64Array(n);
        let here = 0;
        for (let at = j * n_seds; at < (j + 1) * n_seds; at++) {
          add(factors, at, p[at]);
          here += p[at];
          below += p[at];
          if (sample || below < drawn) continue;
          const one = new Float64Array(n);
          add(one, at, 1);
          sample = spectrum(j, one);
        }
        if (here > 1e-7) spectrum(j, factors).forEach((value, i) => { mean[i] += value; });
      }
      return { mean, sample: sample || mean };
    },
  };
};

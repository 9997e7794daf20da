# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-by-hand)=
#
# # A network that reads redshifts, by hand
#
# What does a convolutional network do with a spectrum, number by number, and how does it learn?
# The talk shows these steps in a few pictures. Here they are done by hand: first with a network of
# sixteen weights, small enough for a pencil, then in ten statements of Keras. You need Python and
# calculus, nothing else.
#
# The question of the sixteen weights is the question of the study, made small. A redshift moves a
# line to another wavelength (see [](redshift.md)), so a network that says *where* Hα is has read a
# redshift. We give it eleven pixels of a simulated spectrum and ask whether Hα is on the left, in
# the middle or on the right.

# %% tags=["parameters"]
snr = 0.6
n_spectra = 400
n_epochs = 40
learning_rate = 0.005
seed = 1

# %%
import numpy as np
from IPython.display import Markdown

from specz import figures
from specz.estimators import tiny_network as tiny
from specz.estimators.backend import load_keras
from specz.estimators.cnn import CNN, layer_table
from specz.estimators.descent import Adam
from specz.site import interactive
from specz.spectra.grid import CLASSES
from specz.spectra.lines import WAVE_REST
from specz.study import by_hand

by_hand.ByHand.read(globals()).experiments()
wave_obs = by_hand.GRID.wave_obs[by_hand.WINDOW]
windows = by_hand.line_windows(90, seed)
example = by_hand.pencil_example(windows)
pixels, label = example.x[0], int(example.label[0])
weights = by_hand.START
found = tiny.forward(weights, example.x)
answers, logits, p = found.answers[0], found.logits[0], found.p[0]

# %% [markdown]
# ## A filter slides along the spectrum
#
# **How can a few weights find a line wherever it stands?** Take a short row of weights, the
# *kernel* or *filter*. Lay it on the spectrum, multiply each weight by the pixel under it, and add
# the products: that is one answer. Move the kernel by one pixel and repeat. This is a
# {term}`convolution`. With pixels $x_i$, kernel $w_j$ and a *bias* $b$,
#
# ```{math}
# :label: eq-convolution
# z_i = b + \sum_j w_j \, x_{i+j} .
# ```
#
# The same weights are used at every place {cite}`lecun1995`. So they are few, and a line is found
# as well at one wavelength as at another. An answer measures one {term}`feature`, here "there is a
# peak at this pixel".

# %%
largest = int(answers.argmax())
figures.draw(
    "convolution",
    figures.plot_convolution,
    pixels,
    weights.kernel,
    by_hand.GRID.edges[by_hand.WINDOW.start : by_hand.WINDOW.stop + 1],
    largest,
    rows=2,
    size=(7.2, 5),
)

# %% [markdown]
# ```{figure} figures/convolution.svg
# :name: fig-convolution
# :alt: Eleven pixels with a line, the kernel below three of them, its products, and nine answers.
#
# **The kernel answers most strongly where the line peaks.** Eleven pixels of a simulated spectrum
# around Hα, minus the mean flux and rounded to one decimal. The kernel (−1, 2, −1) compares a pixel
# with its two neighbours. Its products are shown where their sum is largest; the last row has the
# sums at all nine places where the kernel fits.
# ```

# %% [markdown]
# Drag the kernel along the pixels yourself, with the slider or over the figure, and watch its
# answers appear.

# %%
interactive.convolution(
    pixels, weights.kernel, by_hand.GRID.edges[by_hand.WINDOW.start : by_hand.WINDOW.stop + 1]
)

# %%
at_peak = wave_obs[largest + len(weights.kernel) // 2]
under = pixels[largest : largest + len(weights.kernel)]
terms = " + ".join(f"({w:g} × {x:.1f})" for w, x in zip(weights.kernel, under, strict=True))
terms = terms.replace("-", "−")
Markdown(
    f"At {at_peak:,.1f} Å the answer is {terms} = {answers[largest]:.1f}. If that peak is Hα, the "
    f"redshift is {at_peak:,.1f} / {WAVE_REST['Ha']:,.2f} − 1 = "
    f"{at_peak / WAVE_REST['Ha'] - 1:.4f}. One pixel is "
    f"{by_hand.GRID.step:g} Å, or {by_hand.GRID.step / WAVE_REST['Ha']:.5f} in redshift; the "
    f"study's classes are {CLASSES.width:g} wide."
)

# %% [markdown]
# ## An activation cuts off negative answers
#
# **What is the use of a second layer?** None, if each layer is a convolution and nothing else: two
# sums in a row are one sum (exercise 2). Something that is not a straight line must come between,
# the {term}`activation`. The talk introduces it by the brain, where a cell fires above a threshold,
# and writes it $\sigma(w^T x + b)$. A threshold has slope zero everywhere, and a network that
# learns from slopes would learn nothing. So smooth steps were used, the sigmoid
# $1/(1+e^{-z})$ and $\tanh z$. The networks of this book, like most today, have the *rectified
# linear unit*,
#
# ```{math}
# :label: eq-relu
# \mathrm{ReLU}(z) = \max(0, z) .
# ```

# %%
figures.draw("activations", figures.plot_activations, columns=2, size=(7.2, 3.2))

# %% [markdown]
# ```{figure} figures/activations.svg
# :name: fig-activations
# :alt: Threshold, sigmoid, tanh and ReLU against their input, and the slope of each.
#
# **The slope of ReLU does not fade for strong answers; those of sigmoid and tanh do.** Left: four
# activations. Right: their slopes, which multiply the change of a weight.
# ```

# %%
Markdown(
    f"ReLU keeps {np.count_nonzero(answers > 0)} of the nine answers above, "
    f"{', '.join(f'{z:.1f}' for z in answers[answers > 0])}, and sets the others to zero: where "
    "the spectrum does not peak, the feature is absent."
)

# %% [markdown]
# ## Stride and pooling shorten the spectrum
#
# **Does the next layer need every answer?** Neighbours say nearly the same. There are two ways to
# keep fewer. With a {term}`stride` of two the kernel moves by two pixels at a time.
# {term}`Max-pooling <max-pooling>` keeps the largest of each few answers: that there is a peak, and
# only roughly where. The network of sixteen weights keeps the largest of three answers, so three
# numbers are left, one for the left, one for the middle, one for the right.
#
# The large network of this book, that of [](network.ipynb), has no pooling; each of its
# convolutions has a stride of two. A second convolution works on the answers of the first, so it
# sees more pixels of the spectrum with the same length of kernel.

# %%
network = CNN()
layers = [row for row in layer_table(network.build(by_hand.GRID.n_pixels)) if row.kind == "Conv1D"]
fields = tiny.receptive_fields([network.kernel] * network.layers, [network.stride] * network.layers)
figures.draw(
    "shortening",
    figures.plot_shortening,
    answers,
    by_hand.GRID,
    layers,
    fields,
    rows=2,
    size=(7.2, 4.6),
)

# %% [markdown]
# ```{figure} figures/shortening.svg
# :name: fig-shortening
# :alt: Nine answers; stride two keeps five of them, pooling three. Below, bars that shrink by half.
#
# **Every layer of the large network halves the positions and widens what each of them sees.**
# Above: the answers of {numref}`fig-convolution` after ReLU, those that a stride of two would keep,
# and the largest of each three. Below: positions × filters after each convolution of the
# large network, and the pixels on which one position depends.
# ```

# %%
last = layers[-1]
between = (WAVE_REST["Ha"] - WAVE_REST["OIII5008"]) * (1 + 1.4)
Markdown(
    f"The last convolution leaves {last.shape[0]:,} positions with {last.shape[1]} features each, "
    f"{last.shape[0] * last.shape[1]:,} numbers. One position sees {fields[-1]} pixels, "
    f"{fields[-1] * by_hand.GRID.step:g} Å. Hα and [O III] are {between:,.0f} Å apart at redshift "
    "1.4: no filter sees both. Only the *dense* layer, which multiplies each of these numbers by a "
    "weight of its own for each class, brings them together (exercise 3)."
)

# %% [markdown]
# ## Softmax turns numbers into probabilities
#
# **How does a network say how sure it is?** The dense layer gives one number $a_k$ per class,
# a {term}`logit`, here from the three pooled numbers $h_i$: $a_k = c_k + \sum_i V_{ik} h_i$. It
# may be any number. {term}`Softmax <softmax>` makes positive numbers of them that add up to one,
#
# ```{math}
# p_k = \frac{e^{a_k}}{\sum_j e^{a_j}} ,
# ```
#
# as in {eq}`eq-softmax`. How wrong is the answer? The {term}`cross-entropy` is $-\ln p$ of the true
# class: zero if the network gave it all the probability, and without bound if it gave it none. (The
# talk writes half the squared error, and the hinge loss of support vector machines; the networks
# of this book are trained on cross-entropy.)

# %%
figures.draw("softmax", figures.plot_softmax, found, label, columns=3, size=(7.2, 3))

# %% [markdown]
# ```{figure} figures/softmax.svg
# :name: fig-softmax
# :alt: Bars of three logits, bars of the three probabilities, and the curve of minus ln p.
#
# **Softmax keeps the order and makes the sum one; the loss looks at the true class only.** Blue:
# the true class, the middle. The weights are those before any training.
# ```

# %%
powers = np.round(np.exp(logits), 3)
sums = " + ".join(f"{e:.3f}" for e in powers)
Markdown(
    f"The logits are {', '.join(f'{a:.2f}' for a in logits).replace('-', '−')}. Their exponentials "
    f"{sums} add up to {powers.sum():.3f}, so $p$ of the middle is "
    f"{powers[label]:.3f} / {powers.sum():.3f} = {p[label]:.3f}, and the cross-entropy is "
    f"−ln {p[label]:.3f} = {-np.log(p[label]):.2f}. Three equal guesses would cost ln 3 = "
    f"{np.log(3):.2f}; {CLASSES.n} equal guesses, ln {CLASSES.n} = {np.log(CLASSES.n):.2f}."
)

# %% [markdown]
# ## The chain rule gives the slope of the loss
#
# **If we turn one weight a little, what happens to the loss?** Every number above follows from the
# one before, so the derivative is a product of derivatives: the chain rule. Computed from the loss
# backwards, each factor serves all the weights before it; that is {term}`backpropagation`
# {cite}`rumelhart1986`. (The talk dates the chain rule in gradient descent to 1969.) From the loss
# back to the middle weight $w_1$ of the kernel:
#
# 1. The loss by a logit is $\partial L/\partial a_k = p_k - y_k$, where $y_k$ is one for the true
#    class and zero for the others: probability that went to the wrong place.
# 2. The loss by a pooled number is the sum over the classes,
#    $\partial L/\partial h_i = \sum_k (p_k - y_k) V_{ik}$.
# 3. The slope of ReLU is one, or zero where it cut the answer off.
# 4. By {eq}`eq-convolution` the answer by $w_1$ is the pixel under $w_1$.
#
# ```{math}
# :label: eq-chain-rule
# \frac{\partial L}{\partial w_1} = \sum_i
#   \underbrace{\Big[\sum_k (p_k - y_k) V_{ik}\Big]}_{\text{loss by pooled number}}
#   \times \underbrace{\mathrm{ReLU}'(z_{m_i})}_{0 \text{ or } 1}
#   \times \underbrace{x_{m_i+1}}_{\text{pixel}} ,
# ```
#
# where $m_i$ is the place that pooling kept.

# %%
middle = 1
back = tiny.backward(weights, *example)
turned = np.linspace(0, 4, 401)
losses = [tiny.loss(weights.with_kernel(middle, w), *example) for w in turned]
figures.draw(
    "chain_rule",
    figures.plot_chain_rule,
    back,
    middle,
    float(weights.kernel[middle]),
    (turned, np.array(losses)),
    rows=2,
    size=(7.2, 5.4),
)

# %% [markdown]
# ```{figure} figures/chain_rule.svg
# :name: fig-chain-rule
# :alt: Three factors for each of three paths with their products; below, the loss and its tangent.
#
# **The products along all the paths add up to the slope of the loss.** Above: the factors of
# {eq}`eq-chain-rule`, one column for each pooled number; a zero closes a path. Below: the
# loss when the middle weight alone is turned, and the tangent with the slope found above.
# ```

# %%
keras = load_keras()
ours = tiny.gradient(weights, *example)
theirs = by_hand.keras_gradient(weights, example)
apart = max(np.abs(a - b).max() for a, b in zip(ours, theirs, strict=True))
pair = [f"{g.kernel[middle]:.6f}".replace("-", "−") for g in (ours, theirs)]
n_weights = sum(w.size for w in weights)
Markdown(
    f"| | by the chain rule | by Keras |\n|---|---|---|\n"
    f"| loss by the middle weight of the kernel | {pair[0]} | {pair[1]} |\n\n"
    f"Over all {n_weights} weights the two gradients differ by at most {apart:.0e}; Keras computes "
    f"in single precision, which rounds numbers of this size to about {np.finfo('f4').eps:.0e}. "
    f"The slope is {'negative' if ours.kernel[middle] < 0 else 'positive'}: a "
    f"{'larger' if ours.kernel[middle] < 0 else 'smaller'} middle weight lowers the loss."
)

# %% [markdown]
# ## Gradient descent and Adam
#
# **How are good weights found?** The derivatives by all the weights are the *gradient*. It points
# uphill, so {term}`gradient descent` takes a step $\eta$ times the gradient the other way,
#
# ```{math}
# :label: eq-gradient-descent
# \theta \leftarrow \theta - \eta \, \nabla L(\theta) ,
# ```
#
# and repeats. The {term}`learning rate` $\eta$ is ours to choose: too small and nothing happens,
# too large and the step jumps over the valley. One $\eta$ has to serve all weights, though the
# gradient of some is far larger than that of others. {term}`Adam` {cite}`kingma2015` divides the
# running mean of each weight's gradient by the root of the running mean of its square, so that
# every weight moves by about $\eta$ per step, whatever the size of its gradient (exercise 5).
#
# Both rules now train the sixteen weights on ninety windows like the one above, from the same
# start, each with the same six learning rates to choose from.

# %%
descents = by_hand.compare_rules(windows, 100)
best = {rule: by_hand.best_rate(runs) for rule, runs in descents.items()}
figures.draw("descents", figures.plot_descents, descents, best)

# %% [markdown]
# ```{figure} figures/descents.svg
# :name: fig-descents
# :alt: Loss against steps for gradient descent and Adam, at six learning rates each.
#
# **From the same start Adam needs fewer steps, and both fail if the learning rate is too large.**
# Cross-entropy on the ninety windows after each step. Thick: each rule at the learning rate with
# the lowest mean loss; thin: at the other five.
# ```

# %%
chosen = {rule: runs[best[rule]] for rule, runs in descents.items()}
largest_rate = max(by_hand.RATES)
ends = [runs[largest_rate] for runs in descents.values()]
cut_off = [np.mean(tiny.forward(run.weights, windows.x).pooled == 0) for run in ends]
goal = 1.05 * max(run.losses.min() for run in chosen.values())
needed = {rule: int(np.argmax(run.losses <= goal)) for rule, run in chosen.items()}
trained = chosen["Adam"].weights
right = np.mean(tiny.forward(trained, windows.x).p.argmax(axis=1) == windows.label)
Markdown(
    f"Gradient descent at its best learning rate, {best['gradient descent']:g}, comes down to "
    f"{chosen['gradient descent'].losses[-1]:.3f} in 100 steps; Adam at {best['Adam']:g} to "
    f"{chosen['Adam'].losses[-1]:.3f}. To a loss of {goal:.3f} it takes them "
    f"{needed['gradient descent']} and {needed['Adam']} steps. At the largest learning rate, "
    f"{largest_rate:g}, they end at {' and '.join(f'{run.losses[-1]:.2f}' for run in ends)}, near "
    f"ln 3 = {np.log(3):.2f}: the first steps push the kernel so far that ReLU then cuts off "
    f"{' and '.join(f'{100 * part:.0f} %' for part in cut_off)} of the pooled answers, and where "
    "the slope is zero nothing is learned any more. "
    f"Adam at its best rate has put {100 * right:.0f} % of the windows into the correct third, and "
    "turned the kernel (−1, 2, −1) into "
    f"({', '.join(f'{w:.1f}' for w in trained.kernel).replace('-', '−')})."
)

# %% [markdown]
# ## The same in ten statements of Keras
#
# **Does this scale to whole spectra?** Here is a network with the same parts, four filters of
# sixteen weights instead of one of three, for 1,800 pixels and eight redshift classes of width
# 0.1. `Conv1D` is the convolution with its activation, `MaxPooling1D` keeps the largest of fifty
# answers, `Flatten` puts all that is left into one row, and `Dense` gives the logits. Before the
# first line stands only `import keras`.

# %%
train = by_hand.few_spectra("train", n_spectra, snr, seed)
unseen = by_hand.few_spectra("validation", n_spectra, snr, seed)
n_pixels, n_classes = by_hand.GRID.n_pixels, by_hand.COARSE

# %% tags=["show-input"]
keras.utils.set_random_seed(seed)  # the weights start at random
spectrum = keras.Input((n_pixels,))
x = keras.layers.Reshape((n_pixels, 1))(spectrum)  # one number per pixel
x = keras.layers.Conv1D(4, 16, activation="relu", name="filters")(x)
x = keras.layers.MaxPooling1D(50)(x)
x = keras.layers.Flatten()(x)
model = keras.Model(spectrum, keras.layers.Dense(n_classes)(x))

# %% [markdown]
# Keras finds the gradient by itself. We name the loss, which takes logits and does the softmax
# itself, and the rule, and let it learn. It does not take all the spectra for each step but a
# {term}`batch` of 32; once through all of them is an {term}`epoch`. After each epoch it also
# computes the loss on *validation* spectra, made from other SEDs, from which it learns nothing.

# %%
before = np.array(model.get_layer("filters").get_weights()[0][:, 0])

# %% tags=["show-input"]
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(learning_rate), loss, metrics=["accuracy"])
history = model.fit(
    *train, batch_size=32, epochs=n_epochs, validation_data=unseen, verbose=0
).history

# %%
Markdown(
    f"The network has {model.count_params():,} weights and has seen {n_spectra:,} spectra at "
    f"S/N {snr:g} per pixel. It puts {100 * history['accuracy'][-1]:.0f} % of its training spectra "
    f"into the right class, and {100 * history['val_accuracy'][-1]:.0f} % of the validation "
    f"spectra; a guess is right for {100 / n_classes:.1f} %."
)

# %% [markdown]
# ## Overfitting as it happens
#
# **Why is it so much better on the spectra that it was trained on?**

# %%
figures.draw("epochs", figures.plot_epochs, history)

# %% [markdown]
# ```{figure} figures/epochs.svg
# :name: fig-epochs
# :alt: Training loss falls with every epoch; validation loss falls, then rises.
#
# **The training loss goes on falling after the validation loss has turned: this is overfitting.**
# Mean cross-entropy after each epoch, on the spectra that the network learns from (open) and on as
# many others (filled). The dashed line marks the lowest validation loss.
# ```

# %%
turn = int(np.argmin(history["val_loss"]))
Markdown(
    f"The validation loss is lowest after epoch {turn + 1}, {history['val_loss'][turn]:.2f}. At "
    f"the end it is {history['val_loss'][-1]:.2f}, though the training loss has gone down from "
    f"{history['loss'][turn]:.2f} to {history['loss'][-1]:.3f}. With "
    f"{model.count_params():,} weights for {n_spectra:,} spectra the network can recognise "
    "each by its noise, which does not repeat. "
    "Hence *early stopping*: keep the weights of the best epoch. More spectra help more; "
    "[](data_availability.ipynb) and [](overfitting.ipynb) measure it."
)

# %% [markdown]
# ## The filters after training
#
# **Nobody told the network what a line looks like. Has it found out?**

# %%
after = np.array(model.get_layer("filters").get_weights()[0][:, 0])
fit, fit_before = by_hand.fit_line(after), by_hand.fit_line(before)
figures.draw(
    "trained_filters",
    figures.plot_trained_filters,
    before,
    after,
    fit,
    by_hand.GRID.step,
    rows=2,
    columns=2,
    size=(7.2, 4.8),
)

# %% [markdown]
# ```{figure} figures/trained_filters.svg
# :name: fig-trained-filters
# :alt: Four panels: the sixteen weights of a filter, before and after training, and a line profile.
#
# **The filters that have grown are those that have taken the shape of an emission line.** The
# sixteen weights of each filter before training (dotted) and after (dots). Dashed: Hα at the middle
# of the redshift range, where it fits best. The cosine between the weights and the line is one for
# a filter that *is* the line.
# ```

# %%
Markdown(
    f"The mean cosine of the four filters with a line has gone from {fit_before.cosine.mean():.2f} "
    f"to {fit.cosine.mean():.2f}; the best has {fit.cosine.max():.2f}, the poorest "
    f"{fit.cosine.min():.2f}. A filter that is the line is the *matched filter*: in white noise, "
    "no weights find a line better than the line's own profile. So our kernel (−1, 2, −1) was not "
    "the best choice. The filters of a better network, and what it looks at, are in "
    "[](probing.ipynb)."
)

# %% [markdown]
# ## Summary
#
# - A convolution asks the same question at every pixel; an activation drops what does not count;
#   stride and pooling keep fewer answers.
# - A dense layer and softmax turn the answers into a probability for each redshift class, and
#   cross-entropy punishes a low probability of the true one.
# - The chain rule gives the slope of the loss by every weight; gradient descent and Adam step
#   against it.
# - With few noisy spectra a network memorises them; validation spectra show when.
#
# ## Exercises
#
# Try each before you open its solution. The names are those of this page: `pixels` are the eleven
# numbers of {numref}`fig-convolution`, and `tiny` is the module with the functions above.
#
# **1. A kernel for slopes.** Convolve `pixels` with the kernel (−1, 0, 1). What does the sign of
# the answers say, and where does it change?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Solution of exercise 1"}
slopes = tiny.convolve(pixels, [-1, 0, 1])
peak = int(pixels.argmax())
Markdown(
    f"`{[round(float(value), 1) for value in slopes]}`\n\nEach is the difference of the two "
    "neighbours of a pixel. So it is positive where the flux rises and negative where it falls, "
    f"and changes its sign at the peak, at {wave_obs[peak]:,.1f} Å."
)

# %% [markdown]
# **2. Two layers without an activation.** Convolve `pixels` with (−1, 2, −1), and the answers with
# (1, 1). Find one kernel that does both at once.

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Solution of exercise 2"}
first, second = [-1, 2, -1], [1, 1]
twice = tiny.convolve(tiny.convolve(pixels, first), second)
single = np.convolve(first, second)
once = tiny.convolve(pixels, single)
Markdown(
    f"The kernel {tuple(single.tolist())}, which `np.convolve` finds; the largest difference is "
    f"{np.abs(twice - once).max():.0e}. A stack of convolutions without activations is one "
    "convolution."
)

# %% [markdown]
# **3. How deep to see two lines.** How many convolutions with kernel 8 and stride 2 does it take
# until one position sees Hα and [O III] 5008 at once, at redshift 1.4?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Solution of exercise 3"}
distance = (WAVE_REST["Ha"] - WAVE_REST["OIII5008"]) * (1 + 1.4) / by_hand.GRID.step
seen = tiny.receptive_fields([8] * 8, [2] * 8)
depth = int(np.argmax(np.array(seen) > distance)) + 1
Markdown(
    f"They are {distance:.0f} pixels apart. The layers see {', '.join(map(str, seen))} pixels, so "
    f"it takes {depth}. The large network has {network.layers}, and leaves it to its dense layer "
    "to combine the lines."
)

# %% [markdown]
# **4. What softmax does not see.** Add 100 to all logits. What happens to the probabilities? And
# what is the cross-entropy of a network with 800 equal logits?

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Solution of exercise 4"}
shifted = tiny.softmax(logits + 100)
equal = float(tiny.cross_entropy(tiny.softmax(np.zeros((1, 800))), np.array([0]))[0])
Markdown(
    f"Nothing: they differ by {np.abs(shifted - p).max():.0e}, as $e^{{100}}$ cancels. Only "
    f"differences of logits count. Equal logits cost ln 800 = {equal:.3f}."
)

# %% [markdown]
# **5. The first step of Adam.** Show that the first step of Adam changes every weight by the
# learning rate, up or down, however large its gradient is. Try gradients of 0.001, −1 and 1000.

# %% tags=["hide-cell"] mystnb={"code_prompt_show": "Solution of exercise 5"}
steep = np.array([0.001, -1.0, 1000.0])
steps = Adam(0.01).step(ours._replace(kernel=steep)).kernel
Markdown(
    f"`{[round(float(value), 4) for value in steps]}`\n\nAfter one step, corrected for their start "
    "at zero, the two running means are $g$ and $g^2$. The step is "
    r"$\eta\, g / \sqrt{g^2} = \pm\eta$ (up to $\epsilon$, which keeps it from dividing by zero)."
)

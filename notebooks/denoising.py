# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# (page-denoising)=
#
# # Denoising, and what a GAN invents
#
# Can a network take the noise off a spectrum, and is what it puts in its place real?
#
# The talk shows generative adversarial networks in three slides: the minimax game of
# {cite:t}`goodfellow2014`, the bedrooms of {cite:t}`radford2015`, and GalaxyGAN of
# {cite:t}`schawinski2017`, whose title says that GANs "recover features in astrophysical images of
# galaxies beyond the deconvolution limit". We test that sentence on the spectra of this book, where
# the best possible answer is known.
#
# - **As observed**: no denoising.
# - The **Wiener filter**, the best linear method for the mean and the covariance of noiseless
#   spectra: the "deconvolution limit" here.
# - A learned **dictionary**, with which {cite:t}`fotiadou2017` denoise galaxy spectra.
# - A **U-Net** trained on squared error.
# - A **conditional GAN**: the same network with a second input, white noise, and a discriminator.
# - The **posterior mean** of the [Bayes limit](limit.ipynb), the lowest expected squared error of
#   any method, called MMSE, and a **posterior sample**, one spectrum drawn from the same posterior.

# %% tags=["parameters"]
n_train = 500
n_test = 50
snr = 1.0
filters = [4, 8]
epochs_denoiser = 2
updates_cnn = 40
prior_seds = [2000, 500]
shifted = ["no lines"]
seeds = [1]

# %%
from IPython.display import Markdown

from specz import figures, tables
from specz.denoising.lines import invented_at
from specz.denoising.samples import denoise, noiseless
from specz.site import interactive
from specz.study import pages
from specz.study.studies import Denoising

study = Denoising.read(globals())
results, reference = pages.shown("denoising", study)

# %% [markdown]
# ## The verdicts
#
# Errors are in units of the MMSE. Differences are paired, with 95 % intervals over galaxies and,
# where there are several, over trainings; p-values are adjusted within a claim. Fewer than three
# trainings leave a check undecided, and fewer than five if the difference is below 0.02.

# %%
shown = reference or results
Markdown(tables.of_denoising_claims(shown) + "\n\n" + tables.denoising_checks_table(shown))

# %%
Markdown(tables.beside(tables.denoising_table, results, reference))

# %%
left = pages.missing_lines("denoising")
Markdown(tables.folded(left, "Not archived yet") if left else "*All of this is archived.*")

# %% [markdown]
# ## The law of one to two
#
# Call $x$ the observed spectrum, $s$ the noiseless one and $\hat s$ a method's answer. For any
# method $E|\hat s - s|^2 = E|\hat s - E[s|x]|^2 + \mathrm{MMSE}$: nothing has a lower error than
# the posterior mean. A method whose answers are distributed as spectra are, given $x$, draws from
# the posterior. Its draw and the truth scatter alike about $E[s|x]$, so its error is exactly twice
# the MMSE {cite}`blau2018`. **To look real costs up to a factor of two.** Above two, a method is
# further from the truth than a random spectrum that agrees with what was observed.

# %%
figures.beside(
    "denoising_errors", figures.plot_error_ratios, results, reference, says=tables.of_errors
)

# %% [markdown]
# ```{figure} figures/denoising_errors.svg
# :name: fig-denoising-errors
# :alt: Squared error of each denoiser over the lowest possible, on a logarithmic axis.
#
# Squared error over that of the posterior mean, with 95 % intervals. Grey: from one, the limit, to
# two, a perfect sample. The sample is below two as far as its prior, a finite number of SEDs, lacks
# the galaxies of the test: its error converges sooner than the mean's. On galaxies of the prior it
# is two within the sampling error, which a test checks.
# ```
#
# ## What is invented
#
# A line is invented where a matched filter of the width of Hα finds it at 3σ or more of the
# observed noise, and finds at least 3σ less in the noiseless spectrum within three pixels. The
# filter's mean is zero, so that a continuum counts for nothing.

# %%
figures.beside(
    "denoising_invented", figures.plot_invented, results, reference, says=tables.of_invented
)

# %% [markdown]
# ```{figure} figures/denoising_invented.svg
# :name: fig-denoising-invented
# :alt: Invented lines per spectrum for each denoiser, on spectra with lines and without.
#
# Invented lines per spectrum, on spectra like those of the training, and on the same without any
# line. No method was made for the second: a prior without such galaxies puts lines into them.
# ```

# %%
networks = [r for r in (results or reference) if r.experiment in study.opened()]
sample = networks[0].experiment.samples()[2].head(50)
true, spectra = noiseless(sample), {"as observed": sample.flux()}
spectra |= {r.label: denoise(pages.fitted(r), sample.flux()) for r in networks}
new = invented_at(spectra[networks[-1].label], true, sample.grid, sample.snr).sum(axis=1)
figures.draw(
    "denoised",
    figures.plot_denoised,
    sample,
    true,
    spectra,
    int(new.argmax()),
    rows=len(spectra),
    size=(7.2, 6),
    says=tables.of_example(new),
    behind=networks,
)

# %% [markdown]
# ```{figure} figures/denoised.svg
# :name: fig-denoised
# :alt: One spectrum as observed, and as the U-Net and the conditional GAN give it.
#
# The spectrum with the most lines that the GAN invents, of 50 of the test. Dotted: the noiseless
# spectrum. Triangles: invented lines; as observed, they are peaks of the noise.
# ```
#
# ## Move the noise
#
# The posterior mean and one posterior sample, computed here in the browser with a part of the
# training SEDs as prior.
# The mean hides a line that it is not sure of; the sample has all lines of some galaxy, at some
# redshift that the noise allows. Dots: the noiseless spectrum. Triangles: lines of 3σ that it has
# not; as observed, they are peaks of the noise.

# %%
train, _, _ = networks[0].experiment.samples()
interactive.denoising(train, interactive.galaxies(train.library))

# %% [markdown]
# ## Redshifts
#
# Denoising can't add information: whatever is read from $\hat s$ is read from $x$, so the Bayes
# rule can't gain. A method that wastes information may. But the denoiser saw noiseless spectra, and
# the k-NN of the comparison did not. The control is a k-NN with noiseless neighbours, which is
# asked about observed spectra.

# %%
figures.beside("denoising_read", figures.plot_read, results, reference, says=tables.of_read)

# %% [markdown]
# ```{figure} figures/denoising_read.svg
# :name: fig-denoising-read
# :alt: Accuracy of redshifts from the spectra of each denoiser, by four readers.
#
# Exact class by four readers. k-NN and CNN are trained on spectra that went through the same
# denoiser. The Bayes rule takes a denoised spectrum for an observed one. Dashed: the limit, the
# Bayes rule on observed spectra. The CNN is trained briefly here, with the same updates for all.
# ```
#
# ## The game
#
# The objective on the slide, as extracted, reads $1 - \log D(G(x))$. The objective of
# {cite:t}`goodfellow2014` is
#
# $$\min_G \max_D \; E_{s \sim p_\mathrm{data}}[\log D(s)] + E_{z \sim p_z}[\log(1 - D(G(z)))].$$
#
# Ours is conditional: $D$ sees the noisy spectrum $x$ beside $s$ or $G(x, z)$, in pieces of 64
# pixels. $G$ minimises $-\log D$ in place of $\log(1 - D)$, as that paper advises, and the squared
# error. In the first half of its training there is no discriminator.
#
# ## A toy?
#
# - With a denoiser tested on the lines that it was trained on, any network looks good; with no
#   limit, nobody knows what was possible.
# - Here the limit is computed, every method has the same noiseless training spectra, networks get
#   new noise in every epoch, and one test has galaxies that none of them knows.
# - It is still small: white noise, one S/N, one library, and networks that two cores can train.
#   Their error still falls with every epoch when the training ends: their distance to the limit is
#   that of this training, not of networks.

"""Tables of denoised spectra, and the conclusions of their figures."""

from math import isfinite

from specz.common.arrays import IntArray
from specz.denoising.lines import LEVEL
from specz.denoising.scores import ERROR, INVENTED, KEPT, READERS, error, read_by
from specz.study.denoising import CLAIMS, Results, denoising_checks, groups, limit_of, measured
from specz.tables.cells import NONE, trace
from specz.tables.markdown import markdown_table


def denoising_table(results: Results) -> str:
    """List the scores of each method, and of the posterior mean with fewer SEDs in its prior."""
    ratio, known = error(limit_of(results)), groups(results)
    first = known["posterior mean (MMSE)"][0]
    fewer = [r for r in results if r.label == first.label and r is not first]
    rows = []
    for group in [*known.values(), *([r] for r in fewer if not r.experiment.altered)]:
        seds = getattr(group[0].estimator, "seds", 0)
        rows.append(
            {
                "method": f"{group[0].label}, {seds:,} SEDs" if seds else group[0].label,
                "trainings": len(group),
                "error (σ²)": f"{sum(r.test.error.mean() for r in group) / len(group):.4f}",
                ERROR: measured(group, ratio).interval.bracketed("{:.3g}".format),
                INVENTED.name: measured(group, INVENTED).interval.bracketed("{:.2f}".format),
                KEPT.name: measured(group, KEPT).interval.percent(),
                **{name: _exact(group, reader) for reader, name in READERS.items()},
                "archived": trace(group),
            }
        )
    return markdown_table(rows)


def denoising_checks_table(results: Results) -> str:
    """List the checks of each claim with their differences and verdicts."""
    return markdown_table(
        [
            {
                "claim": CLAIMS.index(check.claim) + 1,
                "difference": check.what,
                "in": check.metric,
                "value": check.effect.interval.bracketed("{:+.2g}".format),
                "verdict": f"**{check.verdict}**",
            }
            for check in denoising_checks(results)
        ]
    )


def of_denoising_claims(results: Results) -> str:
    """List each claim with the verdicts of its checks."""
    lines = []
    checks = denoising_checks(results)
    for number, claim in enumerate(CLAIMS, start=1):
        said = [f"{c.what} in {c.metric}: **{c.verdict}**" for c in checks if c.claim == claim]
        lines.append(f"{number}. {claim} {'; '.join(said)}.")
    return "\n".join(lines)


def of_errors(results: Results) -> str:
    """Squared error of each method over the MMSE."""
    ratio = error(limit_of(results))
    found = groups(results).items()
    named = [f"{name} {measured(group, ratio).value:.3g}" for name, group in found]
    return f"Squared error in units of the MMSE: {', '.join(named)}."


def of_invented(results: Results) -> str:
    """Invented lines per spectrum of each method, on each kind of test spectra."""
    kinds = list(dict.fromkeys(r.experiment.altered for r in results))
    said = []
    for kind in kinds:
        found = groups(results, kind).items()
        named = [f"{name} {measured(group, INVENTED).value:.2f}" for name, group in found]
        said.append(f"{', '.join(named)} ({kind or 'as trained'})")
    return f"Invented lines of {LEVEL:g}σ per spectrum: {'; '.join(said)}."


def of_example(invented: IntArray) -> str:
    """Mean and largest number of lines that a method invents, shape (n_spectra,)."""
    mean, most = invented.mean(), invented.max()
    return f"The GAN invents {mean:.2f} lines per spectrum here, and {most} in this one."


def of_read(results: Results) -> str:
    """Accuracy of each reader on observed spectra and on those of the U-Net."""
    known, said = groups(results), []
    for reader, name in READERS.items():
        pair = [known[label] for label in ("as observed", "U-Net") if label in known]
        values = [_exact(group, reader) for group in pair]
        said.append(f"{name} {', then '.join(values)}")
    return f"Exact class on observed, then on the U-Net's spectra: {'; '.join(said)}."


def _exact(group: Results, reader: str) -> str:
    """Exact class by a reader, if it was asked."""
    found = measured(group, read_by(reader)).interval
    return found.percent() if isfinite(found.value) else NONE

"""One step of training of each preset: what is drawn, the losses, and the updates."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from augment import diff_augment


def paper_step(run, _penalised):
    """An update of the discriminator on half a batch of reals, one on as many fakes, then one of the generator."""
    n = run.config["batchSize"]
    loss_real = F.softplus(-run.discriminate(run.draw_reals(n // 2))).mean()
    run.update(run.adam_d, loss_real)
    with torch.no_grad():
        fakes = run.make_fakes(n // 2)
    loss_fake = F.softplus(run.discriminate(fakes)).mean()
    run.update(run.adam_d, loss_fake)
    loss_g = F.softplus(-run.discriminate(run.make_fakes(n))).mean()
    run.update(run.adam_g, loss_g)
    return loss_real + loss_fake, loss_g


def xray_step(run, penalised):
    """
    An update of the discriminator on reals and fakes, then one of the generator on the same fakes, augmented anew.
    `penalised`: with the R1 gradient penalty, whose gradient of a gradient does without half precision.
    """
    n, kinds = run.config["batchSize"], run.config["diffAugment"]
    reals, fakes = run.draw_reals(n), run.make_fakes(n)
    seen = diff_augment(torch.cat([reals, fakes.detach()]), kinds)
    penalty = 0
    if penalised:
        reals = seen[:n].detach().requires_grad_()
        logits = run.discriminate(torch.cat([reals, seen[n:]]), exact=True, parts=2)
        (gradient,) = torch.autograd.grad(logits[:n].sum(), reals, create_graph=True)
        weight = run.config["r1"] / 2 * run.config["r1Every"]
        penalty = weight * gradient.square().sum() / n
    else:
        logits = run.discriminate(seen, parts=2)
    loss_d = F.softplus(-logits[:n]).mean() + F.softplus(logits[n:]).mean()
    run.update(run.adam_d, loss_d + penalty)
    loss_g = F.softplus(-run.discriminate(diff_augment(fakes, kinds))).mean()
    run.update(run.adam_g, loss_g)
    return loss_d, loss_g


@dataclass(frozen=True)
class Recipe:
    """What a run on a GPU adds to a preset."""

    step: Callable
    half: torch.dtype
    """Half precision of the products; sums, weights and losses are in float32."""
    loss_scale: float
    """Keeps small gradients above the least float16. Adam divides by their size, so that nothing has to be undone."""
    steps: int
    """Steps of a whole run."""


RECIPES = {
    "paper": Recipe(paper_step, torch.bfloat16, loss_scale=1, steps=6000),
    "xray-residual": Recipe(xray_step, torch.float16, loss_scale=1024, steps=24000),
}

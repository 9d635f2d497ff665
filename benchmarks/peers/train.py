"""The DCGAN training step in PyTorch, as @cxr/dcgan's Trainer does it: the same networks, batch and optimiser,
one update of the discriminator (reals and fakes together, or one after the other) and one of the generator.

Takes the configuration as JSON in its argument. For each line on its input it does one step and prints the seconds
that took; at the end of its input it prints its peak memory in MiB.
"""

import json
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

config = json.loads(sys.argv[1])
torch.manual_seed(0)
torch.set_num_threads(config["threads"])
size, width, channels, batch = config["size"], config["width"], config["channels"], config["batchSize"]
paper = config["architecture"] == "paper"


class Reshape(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.view(-1, *self.shape)


def dcgan():
    features = [width * 2**level for level in range(size.bit_length() - 3)]
    g = [nn.Linear(100, 16 * features[-1], bias=False), Reshape(features[-1], 4, 4)]
    g += [nn.BatchNorm2d(features[-1]), nn.ReLU()]
    for i, o in zip(features[::-1], features[-2::-1]):
        g += [nn.ConvTranspose2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU()]
    g += [nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh()]
    d = [nn.Conv2d(channels, width, 4, 2, 1), nn.LeakyReLU(0.2)]
    for i, o in zip(features, features[1:]):
        d += [nn.Conv2d(i, o, 4, 2, 1, bias=False), nn.BatchNorm2d(o), nn.LeakyReLU(0.2)]
    d += [nn.Flatten(), nn.Linear(16 * features[-1], 1)]
    return nn.Sequential(*g), nn.Sequential(*d)


def kora_venu():
    side = size // 16
    g = [nn.Linear(100, side * side * 16 * width), nn.LeakyReLU(0.2), Reshape(16 * width, side, side)]
    features = 16 * width
    for times in (8, 4, 2, 1):
        g += [nn.ConvTranspose2d(features, times * width, 4, 2, 1), nn.LeakyReLU(0.2)]
        features = times * width
    g += [nn.Conv2d(features, channels, 5, 1, 2), nn.Tanh()]
    d = []
    features = channels
    for times in (1, 2, 4, 8, 16):
        d += [nn.Conv2d(features, times * width, 5, 1 if times == 1 else 2, 2), nn.LeakyReLU(0.2)]
        features = times * width
    d += [nn.Flatten(), nn.Dropout(0.4), nn.Linear(side * side * features, 1)]
    return nn.Sequential(*g), nn.Sequential(*d)


generator, discriminator = kora_venu() if paper else dcgan()
betas = (config["beta1"], config["beta2"])
adam_g = torch.optim.Adam(generator.parameters(), config["learningRateG"], betas)
adam_d = torch.optim.Adam(discriminator.parameters(), config["learningRateD"], betas)
half = batch // 2 if config["halfBatch"] else batch
reals = torch.rand(256, channels, size, size) * 2 - 1


def loss(images, target):
    logits = discriminator(images)
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))


def step():
    real = reals[torch.randint(256, (half,))]
    with torch.no_grad():
        fake = generator(torch.randn(half, 100))
    discriminator.requires_grad_(True)
    if config["separateUpdates"]:
        for images, target in ((real, 1.0), (fake, 0.0)):
            adam_d.zero_grad()
            loss(images, target).backward()
            adam_d.step()
    else:
        adam_d.zero_grad()
        (loss(real, 1.0) + loss(fake, 0.0)).backward()
        adam_d.step()
    # The generator's step needs no gradient for the discriminator's weights; ours computes none either.
    discriminator.requires_grad_(False)
    adam_g.zero_grad()
    loss(generator(torch.randn(batch, 100)), 1.0).backward()
    adam_g.step()


print(f"PyTorch {torch.__version__}", flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    step()
    print(time.perf_counter() - start, flush=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)

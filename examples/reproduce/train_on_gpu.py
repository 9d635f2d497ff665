"""The paper's DCGAN on a GPU, by PyTorch: a generator file for `npm run reproduce -- --generator FILE`.

    python3 train_on_gpu.py --data chest_xray/train/NORMAL --out paper.safetensors

Needs torch, numpy and Pillow. The networks, the losses and the loop are those of the preset `paper` of @cxr/dcgan: 128 pixels, three
equal channels in [-1, 1], read by nearest neighbour and drawn with replacement; a discriminator step on half a batch of
reals, one on half a batch of fakes, a generator step on a whole batch. Products are in bfloat16, sums in float32. A tool for
whoever has a GPU: the library and its tests need no Python.
"""

import argparse
import json
import math
import os
import struct
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

SIZE, CHANNELS, LATENTS = 128, 3, 100
PRESET = {
    "preset": "paper",
    "architecture": "paper",
    "size": SIZE,
    "channels": CHANNELS,
    "latentDim": LATENTS,
    "discriminatorNorm": "none",
    "halfBatch": True,
    "separateUpdates": True,
    "draw": "replacement",
    "resample": "nearest",
    "learningRateG": 1e-4,
    "learningRateD": 2e-5,
}


def glorot(*shape):
    """Keras' default initialiser: uniform, by the inputs and outputs of one position."""
    positions = math.prod(shape[2:])
    limit = math.sqrt(6 / ((shape[0] + shape[1]) * positions))
    return torch.nn.Parameter((torch.rand(shape) * 2 - 1) * limit)


def zeros(length):
    return torch.nn.Parameter(torch.zeros(length))


class Generator(torch.nn.Module):
    """Latents [n, 100] to images [n, 3, 128, 128] in [-1, 1]."""

    def __init__(self, width):
        super().__init__()
        self.side, self.features = SIZE // 16, [16 * width, 8 * width, 4 * width, 2 * width, width]
        units = self.side**2 * self.features[0]
        self.project, self.project_bias = glorot(units, LATENTS), zeros(units)
        pairs = list(zip(self.features, self.features[1:]))
        self.kernels = torch.nn.ParameterList(glorot(before, after, 4, 4) for before, after in pairs)
        self.biases = torch.nn.ParameterList(zeros(after) for _, after in pairs)
        self.image, self.image_bias = glorot(CHANNELS, width, 5, 5), zeros(CHANNELS)

    def forward(self, latents):
        x = F.linear(latents, self.project, self.project_bias)
        x = x.reshape(-1, self.side, self.side, self.features[0]).permute(0, 3, 1, 2)
        x = F.leaky_relu(x, 0.2)
        for kernel, bias in zip(self.kernels, self.biases):
            x = F.leaky_relu(F.conv_transpose2d(x, kernel, bias, stride=2, padding=1), 0.2)
        return torch.tanh(F.conv2d(x, self.image, self.image_bias, padding=2)).float()

    def weights(self):
        """Names and layouts of TensorFlow.js."""
        kernel = lambda k: k.permute(2, 3, 1, 0)
        named = {"project/kernel": self.project.t(), "project/bias": self.project_bias}
        for i, (k, b) in enumerate(zip(self.kernels, self.biases)):
            named |= {f"up_{2 * self.side << i}/kernel": kernel(k), f"up_{2 * self.side << i}/bias": b}
        return named | {"image/kernel": kernel(self.image), "image/bias": self.image_bias}


class Discriminator(torch.nn.Module):
    """Images [n, 3, 128, 128] in [-1, 1] to logits [n, 1], high for real."""

    def __init__(self, width):
        super().__init__()
        features = [CHANNELS] + [times * width for times in (1, 2, 4, 8, 16)]
        pairs = list(zip(features, features[1:]))
        self.kernels = torch.nn.ParameterList(glorot(after, before, 5, 5) for before, after in pairs)
        self.biases = torch.nn.ParameterList(zeros(after) for _, after in pairs)
        self.logit, self.logit_bias = glorot(1, (SIZE // 16) ** 2 * features[-1]), zeros(1)

    def forward(self, x):
        for i, (kernel, bias) in enumerate(zip(self.kernels, self.biases)):
            # TensorFlow's padding `same`: with stride 2 one row before and two after.
            before, after, stride = (2, 2, 1) if i == 0 else (1, 2, 2)
            x = F.conv2d(F.pad(x, (before, after, before, after)), kernel, bias, stride=stride)
            x = F.leaky_relu(x, 0.2)
        return F.linear(F.dropout(x.flatten(1), 0.4), self.logit, self.logit_bias).float()


def read_images(folder):
    """uint8 [n, 1, 128, 128]."""
    files = sorted(f for f in Path(folder).iterdir() if f.suffix.lower() in (".jpeg", ".jpg", ".png"))
    if not files:
        raise SystemExit(f"no JPEG or PNG files in {folder}")
    read = lambda file: np.asarray(Image.open(file).convert("L").resize((SIZE, SIZE), Image.NEAREST))
    return torch.tensor(np.stack([read(file) for file in files]))[:, None]


def write_generator(path, generator, step, config):
    """The file format of `writeGenerator` of @cxr/dcgan, float16."""
    metadata = {"format": "cxr-dcgan-generator", "config": json.dumps(config), "step": str(step)}
    header, data = {"__metadata__": metadata}, b""
    for name, weight in generator.weights().items():
        part = weight.detach().to("cpu", torch.float16).contiguous().numpy()
        header[name] = {"dtype": "F16", "shape": part.shape, "data_offsets": [len(data), len(data) + part.nbytes]}
        data += part.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    partial = Path(f"{path}.part")
    partial.write_bytes(struct.pack("<Q", len(text)) + text + data)
    partial.rename(path)


def train(images, options):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(options.seed)
    images = images.to(device)
    # Tensor cores want the channels last.
    generator, discriminator = (
        network(options.width).to(device, memory_format=torch.channels_last) for network in (Generator, Discriminator)
    )
    adam = lambda network, rate: torch.optim.Adam(network.parameters(), rate, betas=(0.5, 0.999))
    optimizer_g, optimizer_d = adam(generator, PRESET["learningRateG"]), adam(discriminator, PRESET["learningRateD"])
    half = options.batch_size // 2

    def discriminate(x):
        with torch.autocast(device, torch.bfloat16):
            return discriminator(x.to(memory_format=torch.channels_last))

    def fakes(count):
        with torch.autocast(device, torch.bfloat16):
            return generator(torch.randn(count, LATENTS, device=device))

    def update(optimizer, loss):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    started = time.time()
    for step in range(1, options.iterations + 1):
        drawn = images[torch.randint(len(images), (half,), device=device)]
        reals = (drawn.float() / 127.5 - 1).expand(-1, CHANNELS, -1, -1)
        loss_real = F.softplus(-discriminate(reals)).mean()
        update(optimizer_d, loss_real)
        with torch.no_grad():
            made = fakes(half)
        loss_fake = F.softplus(discriminate(made)).mean()
        update(optimizer_d, loss_fake)
        loss_g = F.softplus(-discriminate(fakes(options.batch_size))).mean()
        update(optimizer_g, loss_g)
        if step % 100 == 0:
            rate = step / (time.time() - started)
            losses = f"loss D {loss_real.item() + loss_fake.item():.2f}, G {loss_g.item():.2f}"
            print(f"{step}/{options.iterations} iterations, {rate:.1f} a second, {losses}", flush=True)
        if (time.time() - started) / 60 >= options.minutes:
            break
    return generator, step


def main():
    parser = argparse.ArgumentParser(description="The paper's DCGAN on a GPU.")
    parser.add_argument("--data", required=True, help="folder of X-rays of one class")
    parser.add_argument("--out", required=True, help="generator file to write")
    parser.add_argument("--iterations", type=int, default=6000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end earlier")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--width", type=int, default=64, help="features at full size; the paper's: 64")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    # What @cxr/dcgan would refuse in the file, and what would lose a finished run, before it begins.
    if options.batch_size < 4 or options.batch_size % 2:
        parser.error(f"--batch-size is even and at least 4: {options.batch_size}")
    if options.iterations < 1 or options.width < 1:
        parser.error("--iterations and --width are at least 1")
    if not os.access(Path(options.out).parent, os.W_OK) or Path(options.out).is_dir():
        parser.error(f"cannot write {options.out}")
    generator, step = train(read_images(options.data), options)
    config = PRESET | {"width": options.width, "batchSize": options.batch_size, "seed": options.seed}
    write_generator(options.out, generator, step, config)
    print(f"{options.out}: {step} iterations")


if __name__ == "__main__":
    main()

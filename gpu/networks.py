"""The networks of two presets of @cxr/dcgan. The layers of a generator have the names that they have there."""

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

BILINEAR = torch.tensor([1, 3, 3, 1]) / 4
BILINEAR_2D = torch.outer(BILINEAR, BILINEAR)


def make_networks(config):
    """(generator, discriminator) of a preset's settings, with fresh weights from PyTorch's random numbers."""
    if config["architecture"] == "paper":
        return PaperGenerator(config), PaperDiscriminator(config)
    return SkipGenerator(config), ResidualDiscriminator(config)


def feature_chain(size, width):
    """Features at size / 2, size / 4, …, 4."""
    return [width * min(2**level, 16) for level in range(int(math.log2(size)) - 2)]


# The preset paper


class PaperGenerator(nn.Module):
    """Latents [n, latentDim] to images [n, channels, size, size] in [-1, 1]."""

    def __init__(self, config):
        super().__init__()
        size, width = config["size"], config["width"]
        self.side, features = size // 16, 16 * width
        self.project = nn.Linear(config["latentDim"], self.side**2 * features)
        self.ups = []
        for times in (8, 4, 2, 1):
            up = nn.ConvTranspose2d(features, times * width, 4, stride=2, padding=1)
            self.add_module(f"up_{size // times}", up)
            self.ups.append(up)
            features = times * width
        self.image = nn.Conv2d(features, config["channels"], 5, padding=2)
        self.apply(keras_default)

    def forward(self, latents):
        x = F.leaky_relu(spread_out(self.project(latents), self.side), 0.2)
        for up in self.ups:
            x = F.leaky_relu(up(x), 0.2)
        return torch.tanh(self.image(x))


class PaperDiscriminator(nn.Module):
    """Images [n, channels, size, size] in [-1, 1] to logits [n, 1], high for real."""

    def __init__(self, config):
        super().__init__()
        features = [config["channels"]] + [times * config["width"] for times in (1, 2, 4, 8, 16)]
        self.downs = nn.ModuleList(
            nn.Conv2d(before, after, 5, stride=2 if level else 1)
            for level, (before, after) in enumerate(pairwise(features))
        )
        self.dropout = nn.Dropout(0.4)
        self.logit = nn.Linear((config["size"] // 16) ** 2 * features[-1], 1)
        self.apply(keras_default)

    def forward(self, x):
        for level, down in enumerate(self.downs):
            # TensorFlow's padding `same`: with stride 2 one row before and two after.
            before, after = (1, 2) if level else (2, 2)
            x = F.leaky_relu(down(F.pad(x, (before, after, before, after))), 0.2)
        return self.logit(self.dropout(x.flatten(1)))


def keras_default(layer):
    """Keras' first weights."""
    if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)


# The preset xray-residual


class SkipGenerator(nn.Module):
    """
    Latents [n, latentDim] to images [n, channels, size, size] in [-1, 1]: the sum of an image made at every
    resolution (`outputSkips`), enlarged bilinearly; the last is made of features at full size (`fullSizeFeatures`).
    """

    def __init__(self, config):
        super().__init__()
        size, channels = config["size"], config["channels"]
        first, *others = feature_chain(size, config["width"])[::-1]
        self.project = linear(config["latentDim"], 16 * first, bias=False)
        self.project_norm = BatchNorm(first, 4)
        self.to_image_4 = convolution(first, channels, 1, gain=1)
        self.levels = []
        before = first
        for level, after in enumerate([*others, config["fullSizeFeatures"]]):
            side = 8 * 2**level
            last = side == size
            up, norm = Enlarge(before, after), BatchNorm(after, side)
            to_image = convolution(after, channels, 3 if last else 1, gain=1)
            self.add_module(f"up_{side}", up)
            self.add_module(f"up_{side}_norm", norm)
            self.add_module("image" if last else f"to_image_{side}", to_image)
            self.levels.append((up, norm, to_image))
            before = after
        self.register_buffer("taps", BILINEAR_2D.expand(channels, 1, 4, 4).clone(), persistent=False)

    def forward(self, latents):
        x = F.relu(self.project_norm(spread_out(self.project(latents), 4)))
        image = self.to_image_4(x)
        for up, norm, to_image in self.levels:
            x = F.relu(norm(up(x)))
            image = self.enlarge_image(image) + to_image(x)
        return torch.tanh(image)

    def enlarge_image(self, x):
        """Twice as large, bilinearly; zeros lie outside."""
        return F.conv_transpose2d(x, self.taps, stride=2, padding=1, groups=x.shape[1])


class ResidualDiscriminator(nn.Module):
    """Images [n, channels, size, size] in [-1, 1] to logits [n, 1], high for real: residual blocks, no batch norm."""

    def __init__(self, config):
        super().__init__()
        features = config["discriminatorWidth"]
        most = 16 * features
        self.group = config["minibatchStd"]
        self.first = convolution(config["channels"], features, 3)
        self.blocks = nn.ModuleList()
        for _ in feature_chain(config["size"], features):
            after = min(2 * features, most)
            self.blocks.append(ResidualBlock(features, after))
            features = after
        self.end = convolution(features, features, 3, extra=1)
        self.logit = linear(16 * features, 1, gain=1)

    def forward(self, x, parts=1):
        """`parts`: the batch is as many batches one after another, whose minibatch deviations are taken apart."""
        x = F.leaky_relu(self.first(x), 0.2)
        for block in self.blocks:
            x = block(x)
        x = F.leaky_relu(self.end(append_deviation(x, self.group, parts)), 0.2)
        return self.logit(x.flatten(1))


class ResidualBlock(nn.Module):
    """Halves the sides."""

    def __init__(self, before, after):
        super().__init__()
        self.halve = convolution(before, after, 4, stride=2)
        self.same = convolution(after, after, 3)
        self.skip = convolution(before, after, 1, gain=1)

    def forward(self, x):
        y = F.leaky_relu(self.halve(x), 0.2)
        y = F.leaky_relu(self.same(y), 0.2)
        return (y + self.skip(F.avg_pool2d(x, 2))) * math.sqrt(1 / 2)


class Enlarge(nn.Module):
    """
    A transposed convolution of 3 x 3 with stride 2, then the fixed blur that makes it bilinear. Both are linear, so
    that one transposed convolution of 6 x 6 does the same, and faster.
    """

    def __init__(self, before, after):
        super().__init__()
        # A pixel of the result has 9/4 of the 3 x 3 products.
        self.weight = he((before, after, 3, 3), 9 / 4 * before)
        spread = torch.zeros(3, 3, 6, 6)
        for row in range(3):
            for column in range(3):
                spread[row, column, row : row + 4, column : column + 4] = BILINEAR_2D
        self.register_buffer("spread", spread.view(9, 36), persistent=False)

    def forward(self, x):
        kernel = (self.weight.flatten(2) @ self.spread).unflatten(2, (6, 6))
        return F.conv_transpose2d(x, kernel, stride=2, padding=2)


class BatchNorm(nn.BatchNorm2d):
    """Batch norm over features of side x side, with the settings of TensorFlow.js."""

    def __init__(self, features, side):
        super().__init__(features, eps=1e-5, momentum=0.1)
        self.side = side
        nn.init.normal_(self.weight, 1, 0.02)


def he(shape, inputs, gain=2):
    return nn.Parameter(torch.randn(shape) * math.sqrt(gain / inputs))


def linear(before, after, gain=2, bias=True):
    layer = nn.Linear(before, after, bias)
    layer.weight = he(layer.weight.shape, before, gain)
    if bias:
        nn.init.zeros_(layer.bias)
    return layer


def convolution(before, after, side, stride=1, gain=2, extra=0):
    """With `extra` input channels that are not counted in the size of the first weights."""
    layer = nn.Conv2d(before + extra, after, side, stride, padding=(side - 1) // 2)
    layer.weight = he(layer.weight.shape, side**2 * before, gain)
    nn.init.zeros_(layer.bias)
    return layer


def spread_out(x, side):
    """[n, side * side * features], TensorFlow's order, to [n, features, side, side]."""
    return x.reshape(len(x), side, side, -1).permute(0, 3, 1, 2)


def append_deviation(x, group, parts):
    """Minibatch standard deviation (Karras et al., 2018) as a channel; images of a group lie n / group places apart."""
    n, _, height, width = x.shape
    groups = x.float().reshape(parts, group, n // parts // group, -1)
    deviation = (groups.var(1, unbiased=False) + 1e-8).sqrt().mean(2)
    per_image = deviation[:, None].expand(parts, group, -1).reshape(n, 1, 1, 1)
    return torch.cat([x, per_image.expand(n, 1, height, width).to(x.dtype)], 1)

"""Writes the file of `writeGenerator` of @cxr/dcgan: safetensors, with the names and layouts of TensorFlow.js."""

import json
import struct
from pathlib import Path

import torch
from torch import nn

from networks import BILINEAR_2D, BatchNorm, Enlarge


def write_generator(path, generator, config, step):
    """The weights in half precision, and the settings of the run as the metadata."""
    metadata = {"format": "cxr-dcgan-generator", "config": json.dumps(config), "step": str(step)}
    header, parts, start = {"__metadata__": metadata}, [], 0
    for name, weight in named_weights(generator, config):
        half = weight.detach().to("cpu", torch.float16).contiguous().numpy()
        header[name] = {"dtype": "F16", "shape": half.shape, "data_offsets": [start, start + half.nbytes]}
        parts.append(half.tobytes())
        start += half.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    partial = Path(f"{path}.part")
    partial.write_bytes(b"".join([struct.pack("<Q", len(text)), text, *parts]))
    partial.replace(path)


def named_weights(generator, config):
    """(name, weight) with the names and the layouts of TensorFlow.js."""
    for name, layer in generator.named_modules():
        if isinstance(layer, BatchNorm):
            yield f"{name}/gamma", layer.weight
            yield f"{name}/beta", layer.bias
            yield f"{name}/moving_mean", layer.running_mean
            # PyTorch averages the batches' unbiased variance, TensorFlow.js the biased one.
            n = config["batchSize"] * layer.side**2
            yield f"{name}/moving_variance", layer.running_var * ((n - 1) / n)
        elif isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, Enlarge)):
            kernel = layer.weight.t() if isinstance(layer, nn.Linear) else layer.weight.permute(2, 3, 1, 0)
            yield f"{name}/kernel", kernel
            if getattr(layer, "bias", None) is not None:
                yield f"{name}/bias", layer.bias
        if isinstance(layer, Enlarge):
            # Fixed enlargements, which are layers with weights there.
            yield f"{name}_blur/depthwise_kernel", bilinear(layer.weight.shape[1])
            yield f"enlarge_image_{name.removeprefix('up_')}/kernel", bilinear(config["channels"])


def bilinear(channels):
    return BILINEAR_2D[:, :, None, None].expand(4, 4, channels, 1)

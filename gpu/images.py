"""Reading the X-rays to train on."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS}


def read_images(folder, size, resample, held=()):
    """The JPEG and PNG files of a folder, sorted by name, without those named in `held`: uint8 [n, 1, size, size]."""
    files = sorted(f for f in Path(folder).iterdir() if f.suffix.lower() in (".jpeg", ".jpg", ".png"))
    missing = sorted(set(held) - {f.name for f in files})
    if missing:
        raise SystemExit(f"not in {folder}, though it is to be kept back: {missing[0]}")
    files = [f for f in files if f.name not in held]
    if not files:
        raise SystemExit(f"no JPEG or PNG files to train on in {folder}")
    return torch.tensor(np.stack([read_grey(f, size, FILTERS[resample]) for f in files]))[:, None]


def read_grey(file, size, resample):
    with Image.open(file) as image:
        return np.asarray(image.convert("L").resize((size, size), resample))


def read_names(file):
    """The names in a text file, one a line."""
    return {line.strip() for line in Path(file).read_text().splitlines() if line.strip()}

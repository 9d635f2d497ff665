"""DiffAugment (Zhao et al., 2020): random changes to images, through which gradients pass."""

import torch


def diff_augment(x, kinds):
    """Images [n, c, side, side] in [-1, 1], each with its own draw: the order and ranges are those of @cxr/dcgan."""
    n, _, side, _ = x.shape

    def draw():
        return torch.rand(n, device=x.device)

    def per_image(values):
        return values.view(n, 1, 1, 1)

    if "brightness" in kinds:
        x = x + per_image(draw() - 0.5)
    if "contrast" in kinds:
        mean = x.mean((1, 2, 3), keepdim=True)
        x = (x - mean) * per_image(0.5 + draw()) + mean
    if "translation" in kinds:
        reach = round(side / 8)
        down, right = ((draw() * (2 * reach + 1)).floor().long() - reach for _ in range(2))
        x = shift(shift(x, down, 2), right, 3)
    if "cutout" in kinds:
        # The square is half as wide as the image. Its centre may lie anywhere, so that a part of it may fall outside.
        square = side // 2
        rows, columns = (inside((draw() * (side + 1)).floor() - square // 2, square, side) for _ in range(2))
        x = x * ~(rows[:, None, :, None] & columns[:, None, None, :])
    return x


def shift(x, distances, axis):
    """Moves each image along an axis by its own whole number of pixels; zeros move in."""
    side = x.shape[axis]
    source = torch.arange(side, device=x.device) - distances[:, None]
    shape = [len(x), 1, 1, 1]
    shape[axis] = side
    source = source.view(shape)
    moved = x.gather(axis, source.clamp(0, side - 1).expand_as(x))
    return moved * ((source >= 0) & (source < side))


def inside(start, length, side):
    """bool [n, side]: the places from `start` of each image on, `length` of them."""
    places = torch.arange(side, device=start.device)
    return (places >= start[:, None]) & (places < start[:, None] + length)

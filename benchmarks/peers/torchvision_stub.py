"""The few names of torchvision that pytorch-fid uses, for machines where torchvision does not install.

The network's layers have torchvision's names, sizes and order, so that it is the same work; forward functions that
pytorch-fid replaces by its own are left out.
"""
import sys
import types

import numpy
import torch
import torch.nn.functional as F
from torch import nn


class ToTensor:
    def __call__(self, image):
        return torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous().float().div(255)


class BasicConv2d(nn.Module):
    def __init__(self, channels_in, channels_out, **options):
        super().__init__()
        self.conv = nn.Conv2d(channels_in, channels_out, bias=False, **options)
        self.bn = nn.BatchNorm2d(channels_out, eps=0.001)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)), inplace=True)


class Block(nn.Module):
    """Convolutions by name: (in, out, kernel, stride); `same` padding for those of stride 1."""

    def __init__(self, **layers):
        super().__init__()
        for name, (channels_in, channels_out, kernel, stride) in layers.items():
            size = (kernel, kernel) if isinstance(kernel, int) else kernel
            padding = tuple((k - 1) // 2 for k in size) if stride == 1 else 0
            conv = BasicConv2d(channels_in, channels_out, kernel_size=size, stride=stride, padding=padding)
            setattr(self, name, conv)

    def chain(self, x, *names):
        for name in names:
            x = getattr(self, name)(x)
        return x


class InceptionA(Block):
    def __init__(self, c, pool_features):
        super().__init__(
            branch1x1=(c, 64, 1, 1),
            branch5x5_1=(c, 48, 1, 1), branch5x5_2=(48, 64, 5, 1),
            branch3x3dbl_1=(c, 64, 1, 1), branch3x3dbl_2=(64, 96, 3, 1), branch3x3dbl_3=(96, 96, 3, 1),
            branch_pool=(c, pool_features, 1, 1))


class InceptionB(Block):
    def __init__(self, c):
        super().__init__(
            branch3x3=(c, 384, 3, 2),
            branch3x3dbl_1=(c, 64, 1, 1), branch3x3dbl_2=(64, 96, 3, 1), branch3x3dbl_3=(96, 96, 3, 2))

    def forward(self, x):
        double = self.chain(x, "branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3")
        return torch.cat([self.branch3x3(x), double, F.max_pool2d(x, 3, 2)], 1)


class InceptionC(Block):
    def __init__(self, c, channels_7x7):
        m = channels_7x7
        super().__init__(
            branch1x1=(c, 192, 1, 1),
            branch7x7_1=(c, m, 1, 1), branch7x7_2=(m, m, (1, 7), 1), branch7x7_3=(m, 192, (7, 1), 1),
            branch7x7dbl_1=(c, m, 1, 1), branch7x7dbl_2=(m, m, (7, 1), 1), branch7x7dbl_3=(m, m, (1, 7), 1),
            branch7x7dbl_4=(m, m, (7, 1), 1), branch7x7dbl_5=(m, 192, (1, 7), 1),
            branch_pool=(c, 192, 1, 1))


class InceptionD(Block):
    def __init__(self, c):
        super().__init__(
            branch3x3_1=(c, 192, 1, 1), branch3x3_2=(192, 320, 3, 2),
            branch7x7x3_1=(c, 192, 1, 1), branch7x7x3_2=(192, 192, (1, 7), 1),
            branch7x7x3_3=(192, 192, (7, 1), 1), branch7x7x3_4=(192, 192, 3, 2))

    def forward(self, x):
        seven = self.chain(x, "branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4")
        return torch.cat([self.chain(x, "branch3x3_1", "branch3x3_2"), seven, F.max_pool2d(x, 3, 2)], 1)


class InceptionE(Block):
    def __init__(self, c):
        super().__init__(
            branch1x1=(c, 320, 1, 1),
            branch3x3_1=(c, 384, 1, 1), branch3x3_2a=(384, 384, (1, 3), 1), branch3x3_2b=(384, 384, (3, 1), 1),
            branch3x3dbl_1=(c, 448, 1, 1), branch3x3dbl_2=(448, 384, 3, 1),
            branch3x3dbl_3a=(384, 384, (1, 3), 1), branch3x3dbl_3b=(384, 384, (3, 1), 1),
            branch_pool=(c, 192, 1, 1))


def inception_v3(num_classes=1000, **_):
    net = nn.Module()
    net.Conv2d_1a_3x3 = BasicConv2d(3, 32, kernel_size=3, stride=2)
    net.Conv2d_2a_3x3 = BasicConv2d(32, 32, kernel_size=3)
    net.Conv2d_2b_3x3 = BasicConv2d(32, 64, kernel_size=3, padding=1)
    net.Conv2d_3b_1x1 = BasicConv2d(64, 80, kernel_size=1)
    net.Conv2d_4a_3x3 = BasicConv2d(80, 192, kernel_size=3)
    # pytorch-fid replaces most of these by its own.
    net.Mixed_5b, net.Mixed_5c, net.Mixed_5d = InceptionA(192, 32), InceptionA(256, 64), InceptionA(288, 64)
    net.Mixed_6a = InceptionB(288)
    net.Mixed_6b, net.Mixed_6c = InceptionC(768, 128), InceptionC(768, 160)
    net.Mixed_6d, net.Mixed_6e = InceptionC(768, 160), InceptionC(768, 192)
    net.Mixed_7a = InceptionD(768)
    net.Mixed_7b, net.Mixed_7c = InceptionE(1280), InceptionE(2048)
    net.fc = nn.Linear(2048, num_classes)
    return net


def install():
    """Puts the stub where `import torchvision` finds it."""
    names = ("torchvision", "torchvision.transforms", "torchvision.models", "torchvision.models.inception")
    modules = {name: types.ModuleType(name) for name in names}
    sys.modules.update(modules)
    root, transforms, models, inception = (modules[name] for name in names)
    root.__version__ = "0.13"
    root.transforms, root.models, models.inception = transforms, models, inception
    transforms.ToTensor = ToTensor
    models.inception_v3 = inception_v3
    for block in (InceptionA, InceptionB, InceptionC, InceptionD, InceptionE):
        setattr(inception, block.__name__, block)

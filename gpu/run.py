"""A training run: networks, optimisers, moving average, and their steps as recorded CUDA graphs."""

import copy

import torch

from networks import make_networks
from steps import RECIPES


class Run:
    def __init__(self, config, images, half=True):
        """`config`: a preset's settings. `images`: uint8 [n, 1, size, size]. `half`: half precision, on a GPU."""
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.config, self.recipe = config, RECIPES[config["preset"]]
        self.half = half and self.device == "cuda"
        torch.manual_seed(config["seed"])
        self.images = images.to(self.device)
        # Tensor cores want the channels last.
        self.generator, self.discriminator = (
            network.to(self.device, memory_format=torch.channels_last) for network in make_networks(config)
        )
        self.average = copy.deepcopy(self.generator).eval() if config["ema"] else None
        # Tensors, because a graph keeps the numbers that it was recorded with.
        self.rate_g, self.rate_d, self.forgotten = (torch.zeros((), device=self.device) for _ in range(3))
        self.losses = torch.zeros(2, device=self.device)
        self.adam_g = self.make_adam(self.generator, self.rate_g)
        self.adam_d = self.make_adam(self.discriminator, self.rate_d)
        self.step = 0
        self.graphs = {}
        if self.device == "cuda":
            self.record()

    def make_adam(self, network, rate):
        options = {"fused": True, "capturable": True} if self.device == "cuda" else {}
        betas = (self.config["beta1"], self.config["beta2"])
        adam = torch.optim.Adam(network.parameters(), lr=rate, betas=betas, eps=1e-8, **options)
        for weight in network.parameters():
            # PyTorch makes these at the first step; here they are there from the start, so that they can be restored.
            moments = {name: torch.zeros_like(weight) for name in ("exp_avg", "exp_avg_sq")}
            adam.state[weight] = {"step": torch.zeros((), device=self.device), **moments}
            weight.grad = torch.zeros_like(weight)
        return adam

    # What the steps consist of

    def draw_reals(self, n):
        """[n, channels, size, size] in [-1, 1], drawn with replacement."""
        drawn = self.images[torch.randint(len(self.images), (n,), device=self.device)]
        return (drawn.float() / 127.5 - 1).expand(-1, self.config["channels"], -1, -1)

    def make_fakes(self, n):
        latents = torch.randn(n, self.config["latentDim"], device=self.device)
        with self.precision():
            return self.generator(latents).float()

    def discriminate(self, images, exact=False, **options):
        with self.precision(exact):
            return self.discriminator(images.to(memory_format=torch.channels_last), **options).float()

    def precision(self, exact=False):
        # A graph must not read casts of weights that were made, and kept, outside it.
        half = self.half and not exact
        return torch.autocast(self.device, self.recipe.half, enabled=half, cache_enabled=False)

    def update(self, adam, loss):
        weights = adam.param_groups[0]["params"]
        gradients = torch.autograd.grad(loss * self.recipe.loss_scale, weights)
        for weight, gradient in zip(weights, gradients, strict=True):
            # A copy has the weight's order in memory, by which the fused Adam goes.
            weight.grad.copy_(gradient)
        adam.step()

    @torch.no_grad()
    def update_average(self):
        averaged, current = floats(self.average), floats(self.generator)
        differences = torch._foreach_sub(current, averaged)
        torch._foreach_mul_(differences, self.forgotten)
        torch._foreach_add_(averaged, differences)

    def train_step(self, penalised):
        self.losses.copy_(torch.stack(self.recipe.step(self, penalised)).detach())
        if self.average is not None:
            self.update_average()

    # Steps

    def advance(self, factor=1.0):
        """One step; the learning rates are those of the preset times `factor`."""
        self.rate_g.fill_(self.config["learningRateG"] * factor)
        self.rate_d.fill_(self.config["learningRateD"] * factor)
        # The first weights are soon forgotten.
        self.forgotten.fill_(1 - min(self.config["ema"], (1 + self.step) / (10 + self.step)))
        penalised = self.config["r1"] > 0 and self.step % self.config["r1Every"] == 0
        if self.graphs:
            self.graphs[penalised].replay()
        else:
            self.train_step(penalised)
        self.step += 1

    def record(self):
        """
        Records a step with the penalty and one without it as CUDA graphs, which spares the launch of each kernel. That
        takes a few steps for real, so the run is put back afterwards: nothing is lost by recording at any time.
        """
        before = self.snapshot()
        self.graphs = {}
        for penalised in (False, True) if self.config["r1"] > 0 else (False,):
            aside = torch.cuda.Stream()
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                for _ in range(3):
                    self.train_step(penalised)
            torch.cuda.synchronize()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):
                self.train_step(penalised)
            self.graphs[penalised] = graph
        self.restore(before)

    def wait(self):
        """Steps run while Python goes on; this waits for them."""
        if self.device == "cuda":
            torch.cuda.synchronize()

    # Everything that a run is

    def tensors(self):
        """The tensors themselves, by name, not copies."""
        named = {}
        networks = {"generator": self.generator, "discriminator": self.discriminator, "average": self.average}
        for name, network in networks.items():
            if network is not None:
                named |= {f"{name}.{key}": tensor for key, tensor in network.state_dict().items()}
        for name, adam in (("adam_g", self.adam_g), ("adam_d", self.adam_d)):
            for index, state in enumerate(adam.state.values()):
                named |= {f"{name}.{index}.{key}": tensor for key, tensor in state.items()}
        return named

    def snapshot(self):
        """A copy, with the state of the random numbers; `torch.save` can store it."""
        self.wait()
        tensors = {name: tensor.clone() for name, tensor in self.tensors().items()}
        random = torch.cuda.get_rng_state() if self.device == "cuda" else torch.get_rng_state()
        return {"step": self.step, "random": random, "tensors": tensors}

    def restore(self, snapshot):
        # A step that still runs would write over what is put back, in part.
        self.wait()
        tensors = self.tensors()
        if set(tensors) != set(snapshot["tensors"]):
            raise ValueError("a snapshot of another run")
        for name, tensor in tensors.items():
            # In place: the graphs go on with these very tensors.
            tensor.copy_(snapshot["tensors"][name])
        set_random = torch.cuda.set_rng_state if self.device == "cuda" else torch.set_rng_state
        set_random(snapshot["random"].cpu())
        self.step = snapshot["step"]
        self.wait()

    def is_finite(self):
        self.wait()
        return all(bool(torch.isfinite(tensor).all()) for tensor in self.tensors().values())

    def leave_half(self):
        """From now on products are in TF32."""
        self.half = False
        self.record()

    def result(self):
        """The generator that makes the samples."""
        return self.average if self.average is not None else self.generator


def floats(network):
    """The weights and the moving moments."""
    return [tensor for tensor in network.state_dict().values() if tensor.is_floating_point()]

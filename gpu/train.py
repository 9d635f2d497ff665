"""Trains a preset of @cxr/dcgan on a GPU, by PyTorch, and writes its generator file: see README.md.

python3 gpu/train.py --preset xray-residual --data chest_xray/train/NORMAL --out xray.safetensors
"""

import argparse
import hashlib
import json
import math
import os
import pickle
import time
from pathlib import Path

import torch

from generator_file import write_generator
from images import read_images, read_names
from run import Run
from steps import RECIPES

PRESETS = json.loads((Path(__file__).parent / "presets.json").read_text())
WAIT_EVERY = 25  # steps: Python, which only launches them, must not get far ahead of the clock
CHECK_EVERY = 500  # steps
REPORT_EVERY = 15  # seconds
SAVE_EVERY = 60  # seconds
DECAY_TO = 0.1


class Course:
    """How much of a run is done, by its steps or its time; the time of earlier parts of the run counts."""

    def __init__(self, steps, minutes, decay):
        self.steps, self.seconds, self.decay = steps, 60 * minutes, decay
        self.started = time.monotonic()
        self.decay_start = 0

    def spent(self):
        return time.monotonic() - self.started

    def state(self):
        return {"spent": self.spent(), "decay_start": self.decay_start}

    def restore(self, state):
        self.started = time.monotonic() - state["spent"]
        self.decay_start = state["decay_start"]

    def progress(self, step):
        return max(step / self.steps, self.spent() / self.seconds)

    def rate_factor(self, step):
        """Falls over the last share of the run from 1 to a tenth, by a cosine."""
        through = (self.progress(step) - 1 + self.decay) / self.decay if self.decay else 0
        if through <= 0:
            self.decay_start = step
            return 1.0
        return DECAY_TO + (1 - DECAY_TO) * (1 + math.cos(math.pi * min(1, through))) / 2


def train(run, course, save):
    """Trains until the course is run. `save(snapshot)` now and then, with what is known to be finite."""
    kept, saved, report = run.snapshot(), time.monotonic(), Report(run)
    while True:
        done = course.progress(run.step) >= 1
        if done or run.step >= kept["step"] + CHECK_EVERY:
            if not run.is_finite():
                go_back(run, kept)
                continue
            kept = run.snapshot()
            if done or time.monotonic() - saved > SAVE_EVERY:
                save(kept)
                saved = time.monotonic()
        if done:
            return
        run.advance(course.rate_factor(run.step))
        if run.step % WAIT_EVERY == 0:
            run.wait()
            report.print(course)


def go_back(run, kept):
    """In half precision a gradient may become infinite, after about 20,000 steps; then the rest is in TF32."""
    if not run.half:
        raise SystemExit(f"weights are not finite at step {run.step}, in full precision, too")
    print(f"weights are not finite at step {run.step}: back to {kept['step']}, and on in TF32", flush=True)
    run.restore(kept)
    run.leave_half()


class Report:
    """Prints a line now and then."""

    def __init__(self, run):
        self.run, self.time, self.step = run, time.monotonic(), run.step

    def print(self, course):
        seconds = time.monotonic() - self.time
        if seconds < REPORT_EVERY:
            return
        step = self.run.step
        pace = 1000 * seconds / max(1, step - self.step)
        loss_d, loss_g = self.run.losses.tolist()
        share = f"{100 * course.progress(step):.0f} %"
        print(f"step {step} ({share}), {pace:.1f} ms a step, loss D {loss_d:.2f}, G {loss_g:.2f}", flush=True)
        self.time, self.step = time.monotonic(), step


def save_checkpoint(path, of, run, course, snapshot):
    partial = Path(f"{path}.part")
    torch.save({"of": of, "half": run.half, "course": course.state(), "snapshot": snapshot}, partial)
    partial.replace(path)


def load_checkpoint(path, of):
    """`of`: what must be the same for a run to go on."""
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, EOFError, KeyError, RuntimeError, pickle.UnpicklingError) as error:
        raise SystemExit(f"{path} is not a checkpoint of this script") from error
    differing = [key for key in of if saved["of"].get(key) != of[key]]
    if differing:
        raise SystemExit(f"{path} is of a run with another {', '.join(differing)}")
    return saved


def read_options():
    parser = argparse.ArgumentParser(description="Trains a generator of @cxr/dcgan on a GPU.")
    parser.add_argument("--preset", required=True, choices=list(PRESETS))
    parser.add_argument("--data", required=True, help="folder of X-rays of one class")
    parser.add_argument("--held", help="file with the names of X-rays to keep back, one a line")
    parser.add_argument("--out", required=True, help="generator file to write: FILE.safetensors")
    parser.add_argument("--checkpoint", help="file to save the run in, every minute, and to go on from where it exists")
    parser.add_argument("--steps", type=int, help="default: 6000 for paper, 24000 for xray-residual")
    parser.add_argument("--minutes", type=float, default=math.inf, help="end earlier; earlier parts of the run count")
    parser.add_argument(
        "--decay", type=float, default=0, help="last share of the run over which the learning rates fall to a tenth"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch-size", type=int, help="default: the preset's")
    parser.add_argument("--size", type=int, choices=[32, 64, 128, 256], help="side of the images; default: 128")
    parser.add_argument(
        "--width", type=int, help="features of the generator at the largest side; default: the preset's"
    )
    parser.add_argument("--full-precision", action="store_true", help="products in TF32 from the start")
    options = parser.parse_args()
    preset = PRESETS[options.preset]
    given = {"seed": options.seed, "batchSize": options.batch_size, "size": options.size, "width": options.width}
    config = preset | {key: value for key, value in given.items() if value is not None}
    if options.steps is None:
        options.steps = RECIPES[options.preset].steps
    check(parser, options, config)
    return options, config


def check(parser, options, config):
    """What @cxr/dcgan would refuse in the file, and what would lose a finished run, before it begins."""
    group = config.get("minibatchStd", 0) or 2
    if config["batchSize"] < 4 or config["batchSize"] % group:
        parser.error(f"--batch-size is at least 4 and a multiple of {group}: {config['batchSize']}")
    if options.steps < 1 or config["width"] < 1 or config["seed"] < 0:
        parser.error("--steps and --width are at least 1, --seed at least 0")
    if not options.minutes > 0:
        parser.error(f"--minutes is above 0: {options.minutes}")
    if not 0 <= options.decay <= 1:
        parser.error(f"--decay is a share, 0 to 1: {options.decay}")
    if not Path(options.data).is_dir():
        parser.error(f"no folder: {options.data}")
    if options.held and not Path(options.held).is_file():
        parser.error(f"no file: {options.held}")
    for file in (options.out, options.checkpoint):
        if file and (not os.access(Path(file).parent, os.W_OK) or Path(file).is_dir()):
            parser.error(f"cannot write {file}")


def main():
    options, config = read_options()
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    held = read_names(options.held) if options.held else ()
    images = read_images(options.data, config["size"], config["resample"], held)
    print(f"{len(images)} images", flush=True)
    digest = hashlib.sha256(images.numpy().tobytes()).hexdigest()
    of = config | {"images": digest, "device": "cuda" if torch.cuda.is_available() else "cpu"}
    resumed = options.checkpoint and Path(options.checkpoint).exists()
    saved = load_checkpoint(options.checkpoint, of) if resumed else None
    run = Run(config, images, saved["half"] if saved else not options.full_precision)
    course = Course(options.steps, options.minutes, options.decay)
    if saved:
        run.restore(saved["snapshot"])
        course.restore(saved["course"])
        print(f"goes on from step {run.step}", flush=True)

    def save(snapshot):
        if options.checkpoint:
            save_checkpoint(options.checkpoint, of, run, course, snapshot)

    train(run, course, save)
    if options.decay and course.decay_start < run.step:
        decay = {"decayStart": course.decay_start, "decayEnd": run.step, "decayTo": DECAY_TO}
        config = config | {"learningRateDecay": "cosine"} | decay
    write_generator(options.out, run.result(), config, run.step)
    print(f"{options.out}: {run.step} steps")


if __name__ == "__main__":
    main()

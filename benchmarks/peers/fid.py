#!/usr/bin/env python3
"""pytorch-fid itself, for the benchmarks.

  fid.py version
  fid.py fid [WEIGHTS or -] ARGUMENTS...   the command `python3 -m pytorch_fid ARGUMENTS`
  fid.py distance                          answers requests on standard input, a JSON object a line:
      {"statistics": [FILE, FILE]} or {"activations": [FILE, FILE]} gives {"fid", "seconds"}
"""
import json
import os
import sys
import time

try:
    import torchvision  # noqa: F401
except Exception:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import torchvision_stub

    torchvision_stub.install()

import numpy as np
import torch

if os.environ.get("OMP_NUM_THREADS"):
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def version():
    import scipy

    print(f"pytorch-fid 0.3.0, PyTorch {torch.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}")


def fid(weights, arguments):
    from pytorch_fid import fid_score, inception

    if weights == "-":
        inception.load_state_dict_from_url = lambda *_, **__: inception._inception_v3(
            num_classes=1008, aux_logits=False, weights=None).state_dict()
    else:
        inception.load_state_dict_from_url = lambda *_, **__: torch.load(weights, map_location="cpu")
    sys.argv = ["pytorch_fid", *arguments]
    fid_score.main()


def distance():
    from pytorch_fid.fid_score import calculate_frechet_distance

    for line in sys.stdin:
        request = json.loads(line)
        if "statistics" in request:
            moments = [(f["mu"][:], f["sigma"][:]) for f in map(np.load, request["statistics"])]
            start = time.perf_counter()
        else:
            activations = [np.load(file) for file in request["activations"]]
            start = time.perf_counter()
            moments = [(np.mean(a, axis=0), np.cov(a, rowvar=False)) for a in activations]
        value = calculate_frechet_distance(*moments[0], *moments[1])
        print(json.dumps({"fid": float(value), "seconds": time.perf_counter() - start}), flush=True)


what, *rest = sys.argv[1:]
if what == "version":
    version()
elif what == "fid":
    fid(rest[0], rest[1:])
else:
    distance()

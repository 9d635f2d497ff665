"""A PyTorch DataLoader with Pillow: python3 data.py '{"files": [...], "size": 299, "batchSize": 50, "workers": 2}'

Says what it is on a line, then for each line of input goes through all files once and answers with the seconds that took;
at the end of the input, with its peak memory in MiB. (torch, Pillow, numpy)
"""
import json
import resource
import sys
import time

import numpy as np
import PIL
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset


class Files(Dataset):
    def __init__(self, files, size):
        self.files = files
        self.size = size

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        image = Image.open(self.files[index]).convert('RGB').resize((self.size, self.size), Image.BICUBIC)
        return torch.from_numpy(np.array(image)).float().div_(127.5).sub_(1)


def main():
    words = json.loads(sys.argv[1])
    torch.set_num_threads(1)
    # Its workers stay from one pass to the next, as ours do.
    loader = DataLoader(Files(words['files'], words['size']), batch_size=words['batchSize'],
                        num_workers=words['workers'], persistent_workers=words['workers'] > 0)
    print(f'PyTorch {torch.__version__} DataLoader, Pillow {PIL.__version__}', flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        count = sum(len(batch) for batch in loader)
        assert count == len(words['files'])
        print(time.perf_counter() - start, flush=True)
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(usage / 1024, flush=True)


if __name__ == '__main__':
    main()

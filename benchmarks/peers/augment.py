"""The other side of the augment bench: torchvision on Pillow, or albumentations on OpenCV, one thread.

python3 augment.py torchvision|albumentations. Answers lines of JSON. {"load": name, "file": path, "shape": [h, w, c]} loads raw
8-bit pixels; {"run": case, "image": name, "seconds": s, "batch": n} answers {"rate": images a second of processor time}, null where it lacks the case; the clock is read
after every n images.
"""
import json, os, random, sys, time, warnings

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
warnings.simplefilter("ignore")
import numpy as np


def torchvision_cases():
    import PIL, torch, torchvision
    from PIL import Image
    from torchvision import transforms as T
    from torchvision.transforms import functional as F
    torch.set_num_threads(1)
    B = T.InterpolationMode.BILINEAR

    def affine(image, angle=0, shift=0.0, scale=1.0, shear=0.0):
        w, h = image.size
        return F.affine(image, angle, [round(shift * w), round(shift * h)], scale, [shear, 0.0], B)

    def perspective(image):
        w, h = image.size
        d = h // 10
        start = [[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]]
        return F.perspective(image, start, [[d, d], [w - 1 - d, 0], [w - 1, h - 1 - d], [0, h - 1]], B)

    chance = lambda p, f: (lambda image: f(image) if random.random() < p else image)
    move = T.RandomAffine(7, (0.05, 0.05), (0.9, 1.1), interpolation=B)
    gamma = chance(0.5, lambda i: F.adjust_gamma(i, random.uniform(0.8, 1.25)))
    contrast = chance(0.5, T.ColorJitter(contrast=0.15))
    blur = chance(0.2, T.GaussianBlur(7, (0.3, 1.0)))
    cases = {
        "scale": lambda i: affine(i, scale=1.1), "shear": lambda i: affine(i, shear=10.0),
        "translate": lambda i: affine(i, shift=0.1), "affine": lambda i: affine(i, -5, 0.05, 1.1, 5.0),
        "rotate": lambda i: F.rotate(i, 10, B), "rotateBicubic": lambda i: F.rotate(i, 10, T.InterpolationMode.BICUBIC),
        "rotateRgb": lambda i: F.rotate(i, 10, B),
        "perspective": perspective, "elastic": T.ElasticTransform(),
        "resize": lambda i: F.resize(i, [i.height * 3 // 4, i.width * 3 // 4], B),
        "randomResizedCrop": lambda i: F.resized_crop(i, 0, 0, i.height // 2, i.width // 2, [i.height, i.width], B),
        "crop": lambda i: F.crop(i, 10, 10, i.height * 7 // 8, i.width * 7 // 8),
        "centerCrop": lambda i: F.center_crop(i, [i.height * 7 // 8, i.width * 7 // 8]),
        "pad": lambda i: F.pad(i, 16), "horizontalFlip": F.hflip, "verticalFlip": F.vflip,
        "brightness": lambda i: F.adjust_brightness(i, 1.2), "contrast": lambda i: F.adjust_contrast(i, 1.2),
        "saturation": lambda i: F.adjust_saturation(i, 1.2), "hue": lambda i: F.adjust_hue(i, 0.1),
        "gamma": lambda i: F.adjust_gamma(i, 1.25), "invert": F.invert, "equalize": F.equalize,
        "autoContrast": F.autocontrast, "gaussianBlur": lambda i: F.gaussian_blur(i, 7, 1.5),
        "sharpen": lambda i: F.adjust_sharpness(i, 2),
        "downscale": lambda i: F.resize(F.resize(i, [i.height // 2, i.width // 2], B), [i.height, i.width], B),
        "chestXray": lambda i: blur(contrast(gamma(move(i)))),
    }
    versions = f"torchvision {torchvision.__version__} on Pillow {PIL.__version__}"
    return versions, cases, lambda pixels: Image.fromarray(pixels)


def albumentations_cases():
    import albumentations as A, cv2
    cv2.setNumThreads(1)

    def cases(h, w):
        return {
            "scale": A.Affine(scale=(1.1, 1.1), p=1), "shear": A.Affine(shear=(10, 10), p=1),
            "translate": A.Affine(translate_percent=(0.1, 0.1), p=1),
            "affine": A.Affine(rotate=(5, 5), translate_percent=(0.05, 0.05), scale=(1.1, 1.1), shear=(5, 5), p=1),
            "rotate": A.Rotate((10, 10), border_mode=cv2.BORDER_CONSTANT, p=1),
            "rotateBicubic": A.Rotate((10, 10), interpolation=cv2.INTER_CUBIC, border_mode=cv2.BORDER_CONSTANT, p=1),
            "rotateRgb": A.Rotate((10, 10), border_mode=cv2.BORDER_CONSTANT, p=1),
            "perspective": A.Perspective(scale=(0.1, 0.1), p=1), "elastic": A.ElasticTransform(p=1),
            "resize": A.Resize(h * 3 // 4, w * 3 // 4, p=1),
            "randomResizedCrop": A.RandomResizedCrop((h, w), scale=(0.25, 0.25), ratio=(1, 1), p=1),
            "crop": A.RandomCrop(h * 7 // 8, w * 7 // 8, p=1), "centerCrop": A.CenterCrop(h * 7 // 8, w * 7 // 8, p=1),
            "pad": A.Pad(16, p=1), "horizontalFlip": A.HorizontalFlip(p=1), "verticalFlip": A.VerticalFlip(p=1),
            "brightness": A.RandomBrightnessContrast((0.2, 0.2), (0, 0), p=1),
            "contrast": A.RandomBrightnessContrast((0, 0), (0.2, 0.2), p=1),
            "saturation": A.ColorJitter(0, 0, (1.2, 1.2), 0, p=1), "hue": A.ColorJitter(0, 0, 0, (0.1, 0.1), p=1),
            "gamma": A.RandomGamma((125, 125), p=1), "invert": A.InvertImg(p=1), "equalize": A.Equalize(p=1),
            "autoContrast": A.AutoContrast(p=1),
            "gaussianBlur": A.GaussianBlur(blur_limit=(7, 7), sigma_limit=(1.5, 1.5), p=1),
            "sharpen": A.Sharpen((0.5, 0.5), (1, 1), p=1),
            "motionBlur": A.MotionBlur((7, 7), angle_range=(30, 30), direction_range=(0, 0), allow_shifted=False, p=1),
            "toneCurve": A.RandomToneCurve(scale=0.05, p=1),
            "downscale": A.Downscale((0.5, 0.5), {"downscale": cv2.INTER_AREA, "upscale": cv2.INTER_LINEAR}, p=1),
            "gridDistortion": A.GridDistortion(p=1),
            "coarseDropout": A.CoarseDropout(num_holes_range=(50, 50), hole_height_range=(0.05, 0.05), hole_width_range=(0.05, 0.05), p=1),
            "clahe": A.CLAHE((2, 2), p=1), "gaussianNoise": A.GaussNoise(std_range=(0.02, 0.02), p=1),
            "poissonNoise": A.ShotNoise(scale_range=(0.02, 0.02), p=1),
            "cutout": A.CoarseDropout(num_holes_range=(1, 1), hole_height_range=(0.2, 0.2), hole_width_range=(0.2, 0.2), p=1),
            "chestXray": A.Compose([
                A.Affine(rotate=(-7, 7), translate_percent=(-0.05, 0.05), scale=(0.9, 1.1), p=1),
                A.RandomGamma((80, 125), p=0.5), A.RandomBrightnessContrast((0, 0), 0.15, p=0.5),
                A.GaussianBlur(blur_limit=(7, 7), sigma_limit=(0.3, 1), p=0.2),
                A.GaussNoise(std_range=(0.005, 0.02), p=0.3)]),
        }

    class Cases(dict):
        def get(self, name):
            def call(image):
                key = (name, image.shape)
                if key not in self:
                    self[key] = cases(*image.shape[:2])[name]
                return self[key](image=image)["image"]
            return call if name in cases(8, 8) else None

    return f"albumentations {A.__version__} on OpenCV {cv2.__version__}", Cases(), lambda pixels: pixels


versions, cases, convert = {"torchvision": torchvision_cases, "albumentations": albumentations_cases}[sys.argv[1]]()
print(json.dumps({"versions": versions}), flush=True)
images = {}
for line in sys.stdin:
    ask = json.loads(line)
    if "load" in ask:
        pixels = np.fromfile(ask["file"], np.uint8).reshape(ask["shape"])
        images[ask["load"]] = convert(pixels[:, :, 0] if ask["shape"][2] == 1 else pixels)
        print("{}", flush=True)
        continue
    f, image = cases.get(ask["run"]), images[ask["image"]]
    if f is None:
        print(json.dumps({"rate": None}), flush=True)
        continue
    count, start = 0, time.process_time()
    while True:
        for _ in range(ask["batch"]):
            f(image)
        count += ask["batch"]
        elapsed = time.process_time() - start
        if elapsed >= ask["seconds"]:
            break
    print(json.dumps({"rate": count / elapsed}), flush=True)

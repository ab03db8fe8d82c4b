"""Makes the pictures that PicturesTests decodes, and the samples it must find in them.

Needs Pillow and numpy. `NAME.png`/`NAME.jpg` is decoded to `NAME.raw`, 8-bit samples in the order of the picture.
For JPEG, `NAME.raw` comes from the decoder below, written from docs/spec-pictures.md alone, and `NAME.libjpeg` from libjpeg.
"""
import struct, zlib
import numpy as np
from PIL import Image

RNG = np.random.default_rng(7)


def scene(height, width, channels):
    """Smooth colours, an edge and a little noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        128 + 90 * np.sin(x / 5.0 + c) + 40 * np.cos(y / 4.0 - c) + 50 * (x > width // 2) * (y > height // 3)
        for c in range(channels)
    ]
    noise = RNG.normal(0, 6, (height, width, channels))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


# PNG, written by hand so that every filter, depth and colour type occurs.
def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def filtered(rows, distance):
    """Rows with filters 0, 1, 2, 3, 4 in turn."""
    out, above = b"", bytes(len(rows[0]))
    for number, row in enumerate(rows):
        kind = number % 5
        line = bytearray()
        for i, value in enumerate(row):
            a = row[i - distance] if i >= distance else 0
            b = above[i]
            c = above[i - distance] if i >= distance else 0
            p = a + b - c
            paeth = min((abs(p - v), k, v) for k, v in enumerate((a, b, c)))[2]
            line.append((value - (0, a, b, (a + b) // 2, paeth)[kind]) & 255)
        out += bytes([kind]) + bytes(line)
        above = row
    return out


def png(name, samples, depth, colour, extra=b"", level=9, parts=1, strategy=zlib.Z_DEFAULT_STRATEGY):
    """`samples`: shape (height, width, stored channels), values of `depth` bits."""
    height, width, count = samples.shape
    rows = []
    for row in samples.reshape(height, -1):
        if depth == 16:
            rows.append(row.astype(">u2").tobytes())
        else:
            bits = "".join(format(int(v), "0%db" % depth) for v in row)
            bits += "0" * (-len(bits) % 8)
            rows.append(bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)))
    packer = zlib.compressobj(level, zlib.DEFLATED, 15, 8, strategy)
    data = packer.compress(filtered(rows, max(1, count * depth // 8))) + packer.flush()
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    file += chunk(b"gAMA", struct.pack(">I", 45455)) + extra
    step = -(-len(data) // parts)
    for start in range(0, len(data), step):
        file += chunk(b"IDAT", data[start : start + step])
    write(name + ".png", file + chunk(b"IEND", b""))


def scaled(values, depth):
    greatest = 2**depth - 1
    return ((values.astype(np.int64) * 255 + greatest // 2) // greatest).astype(np.uint8)


def against_pillow(name, expected, mode):
    if mode:
        found = np.array(Image.open(name + ".png").convert(mode)).reshape(expected.shape)
        assert (found == expected).all(), name
    write(name + ".raw", expected.tobytes())


def make_png():
    for depth in (1, 2, 4, 8):
        values = scene(23, 29, 1) >> (8 - depth)
        name = "gray%d" % depth
        png(name, values, depth, 0, parts=3)
        against_pillow(name, scaled(values, depth), "L")
    values = scene(19, 21, 1).astype(np.uint16) * 257 ^ RNG.integers(0, 256, (19, 21, 1)).astype(np.uint16)
    png("gray16", values, 16, 0, level=1)
    against_pillow("gray16", scaled(values, 16), None)
    for name, count, colour, mode in (("colour8", 3, 2, "RGB"), ("alpha8", 4, 6, "RGBA"), ("grayalpha8", 2, 4, "LA")):
        values = scene(31, 27, count)
        png(name, values, 8, colour, parts=4)
        against_pillow(name, values, mode)
    values = scene(9, 11, 3).astype(np.uint16) * 257 ^ RNG.integers(0, 256, (9, 11, 3)).astype(np.uint16)
    png("colour16", values, 16, 2)
    against_pillow("colour16", scaled(values, 16), None)
    palette = RNG.integers(0, 256, (16, 3)).astype(np.uint8)
    values = scene(17, 15, 1) >> 4
    png("palette4", values, 4, 3, chunk(b"PLTE", palette.tobytes()))
    against_pillow("palette4", palette[values[..., 0]], "RGB")
    alphas = bytes([0, 40, 80, 120, 160])
    png("palettealpha4", values, 4, 3, chunk(b"PLTE", palette.tobytes()) + chunk(b"tRNS", alphas))
    full = np.frombuffer(alphas + bytes([255] * 11), np.uint8)
    against_pillow("palettealpha4", np.concatenate([palette, full[:, None]], 1)[values[..., 0]], "RGBA")
    values = scene(12, 13, 1) >> 4
    png("graykey4", values, 4, 0, chunk(b"tRNS", struct.pack(">H", 9)))
    keyed = np.concatenate([scaled(values, 4), np.where(values == 9, 0, 255).astype(np.uint8)], -1)
    against_pillow("graykey4", keyed, None)
    values = scene(30, 60, 3)
    for name, level, strategy in (
        ("stored", 0, zlib.Z_DEFAULT_STRATEGY), ("fixed", 6, zlib.Z_FIXED), ("huffman", 6, zlib.Z_HUFFMAN_ONLY)):
        png(name, values, 8, 2, level=level, strategy=strategy)
        against_pillow(name, values, "RGB")
    flat = np.zeros((20, 300, 1), np.uint8)
    flat[:, 150:] = 200
    png("flat", flat, 8, 0)
    against_pillow("flat", flat, "L")
    Image.fromarray(scene(33, 35, 3)).save("pillow.png", optimize=True)
    against_pillow("pillow", np.array(Image.open("pillow.png")), None)


# A second decoder of JPEG, slow, from docs/spec-pictures.md.
COSINES = [5793, 8035, 7568, 6811, 5793, 4551, 3135, 1598]


def table(x, u):
    if u == 0:
        return COSINES[0]
    return int(np.rint(8192 * np.cos((2 * x + 1) * u * np.pi / 16)))


T = np.array([[table(x, u) for u in range(8)] for x in range(8)], dtype=np.int64)
ORDER = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i // 8) if (i // 8 + i % 8) % 2 else (i % 8)))


def decode_jpeg(data):
    steps, codes, frame, interval, at = {}, {}, None, 0, 2
    while True:
        assert data[at] == 0xFF
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker == 0xD9:
            break
        size = struct.unpack(">H", data[at : at + 2])[0]
        body = data[at + 2 : at + size]
        at += size
        if marker == 0xDB:
            while body:
                wide = body[0] >> 4
                values = np.frombuffer(body[1 : 65 + 64 * wide], ">u2" if wide else "u1")
                steps[body[0] & 15] = values
                body = body[65 + 64 * wide :]
        elif marker == 0xC4:
            while body:
                code, book, symbol = 0, {}, 17
                for length in range(1, 17):
                    for _ in range(body[length]):
                        book[(length, code)] = body[symbol]
                        code += 1
                        symbol += 1
                    code <<= 1
                codes[body[0]] = book
                body = body[symbol:]
        elif marker in (0xC0, 0xC1):
            height, width, count = struct.unpack(">HHB", body[1:6])
            parts = [body[6 + 3 * i : 9 + 3 * i] for i in range(count)]
            frame = {p[0]: dict(h=p[1] >> 4, v=p[1] & 15, q=p[2]) for p in parts}
            hmax, vmax = max(c["h"] for c in frame.values()), max(c["v"] for c in frame.values())
            across, down = -(-width // (8 * hmax)), -(-height // (8 * vmax))
            for c in frame.values():
                c["plane"] = np.zeros((down * c["v"] * 8, across * c["h"] * 8), np.int64)
                c["w"], c["hgt"] = -(-width * c["h"] // hmax), -(-height * c["v"] // vmax)
        elif marker == 0xDD:
            interval = struct.unpack(">H", body)[0]
        elif marker == 0xDA:
            chosen = [(frame[body[1 + 2 * i]], body[2 + 2 * i]) for i in range(body[0])]
            at = decode_scan(data, at, chosen, steps, codes, interval, across, down)
    planes = []
    for c in frame.values():
        plane = c["plane"][: c["hgt"], : c["w"]]
        shift = 0
        for axis, isHalved, target in ((1, c["h"] < hmax, width), (0, c["v"] < vmax, height)):
            if isHalved:
                near = np.arange(target) // 2
                far = np.clip(near + np.where(np.arange(target) % 2, 1, -1), 0, plane.shape[axis] - 1)
                plane = 3 * plane.take(near, axis) + plane.take(far, axis)
                shift += 2
        planes.append((plane + (1 << shift >> 1)) >> shift)
    if len(planes) == 1:
        return planes[0][..., None].astype(np.uint8)
    y, b, r = planes[0], planes[1] - 128, planes[2] - 128
    half = 1 << 15
    rgb = [y + ((91881 * r + half) >> 16), y + ((-22554 * b - 46802 * r + half) >> 16), y + ((116130 * b + half) >> 16)]
    return np.clip(np.stack(rgb, -1), 0, 255).astype(np.uint8)


def decode_scan(data, at, chosen, steps, codes, interval, across, down):
    end = at
    while data[end] != 0xFF or data[end + 1] == 0 or 0xD0 <= data[end + 1] <= 0xD7:
        end += 1
    pieces, start = [], at
    for i in range(at, end - 1):
        if data[i] == 0xFF and 0xD0 <= data[i + 1] <= 0xD7:
            pieces.append(data[start:i])
            start = i + 2
    pieces.append(data[start:end])
    single = len(chosen) == 1
    if single:
        c = chosen[0][0]
        across, down = -(-c["w"] // 8), -(-c["hgt"] // 8)
    units = [(r, c) for r in range(down) for c in range(across)]
    step = interval or len(units)
    for number, piece in enumerate(pieces):
        bits = "".join(format(b, "08b") for b in piece.replace(b"\xff\x00", b"\xff"))
        place, before = 0, {}
        for row, column in units[number * step : (number + 1) * step]:
            for index, (c, tables) in enumerate(chosen):
                for v in range(1 if single else c["v"]):
                    for h in range(1 if single else c["h"]):
                        block, place = decode_block(bits, place, codes[tables >> 4], codes[16 | tables & 15])
                        before[index] = block[0] = before.get(index, 0) + block[0]
                        f = np.zeros(64, np.int64)
                        f[ORDER] = np.array(block) * steps[c["q"]].astype(np.int64)
                        out = T @ f.reshape(8, 8) @ T.T
                        y = (row * (1 if single else c["v"]) + v) * 8
                        x = (column * (1 if single else c["h"]) + h) * 8
                        c["plane"][y : y + 8, x : x + 8] = np.clip(((out + (1 << 27)) >> 28) + 128, 0, 255)
    return end


def decode_block(bits, place, direct, alternating):
    def symbol(book):
        nonlocal place
        length, code = 0, 0
        while (length, code) not in book:
            code = code * 2 + int(bits[place])
            place += 1
            length += 1
        return book[(length, code)]

    def number(size):
        nonlocal place
        if size == 0:
            return 0
        value = int(bits[place : place + size], 2)
        place += size
        return value if value >> (size - 1) else value - 2**size + 1

    block, index = [0] * 64, 1
    block[0] = number(symbol(direct))
    while index < 64:
        run, size = divmod(symbol(alternating), 16)
        if size == 0 and run == 0:
            break
        index += run
        if size:
            block[index] = number(size)
        index += 1
    return block, place


def make_jpeg():
    cases = {
        "jgray": (1, dict(quality=80)), "j444": (3, dict(quality=92, subsampling=0)),
        "j422": (3, dict(quality=85, subsampling=1)), "j420": (3, dict(quality=75, subsampling=2)),
        "jrestart": (3, dict(quality=75, subsampling=2, restart_marker_blocks=2)),
        "jrows": (1, dict(quality=50, restart_marker_rows=1)), "jlow": (3, dict(quality=12, subsampling=2)),
        "jhigh": (3, dict(quality=100, subsampling=0, optimize=True)),
    }
    for name, (channels, options) in cases.items():
        picture = scene(41, 53, channels)
        Image.fromarray(picture[..., 0] if channels == 1 else picture).save(name + ".jpg", **options)
        with open(name + ".jpg", "rb") as file:
            exact = decode_jpeg(file.read())
        other = np.array(Image.open(name + ".jpg")).reshape(exact.shape)
        difference = np.abs(exact.astype(int) - other).max()
        print(name, exact.shape, "greatest difference from libjpeg", difference)
        assert difference <= 3
        write(name + ".raw", exact.tobytes())
        write(name + ".libjpeg", other.tobytes())
    Image.fromarray(scene(24, 24, 3)).save("progressive.jpg", progressive=True)
    Image.fromarray(scene(24, 24, 4), "CMYK").save("cmyk.jpg")


make_png()
make_jpeg()

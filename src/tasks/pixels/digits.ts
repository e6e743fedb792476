/**
 * Digits drawn as strokes: no two alike, in any size, without a file. Strokes are polylines in the unit square, x to the
 * right, y downwards; a drawing bends, turns, leans, stretches and moves them and chooses the pen.
 */
import type { RandomStream } from '../../foundation/random.ts';

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

function ring(x: number, y: number, width: number, height: number): Stroke {
  return Array.from({ length: 17 }, (_, i) => {
    const angle = (i / 16) * 2 * Math.PI;
    return [x + (width / 2) * Math.sin(angle), y - (height / 2) * Math.cos(angle)];
  });
}

/** Strokes of each digit, 0 to 9. */
const glyphs: readonly (readonly Stroke[])[] = [
  [ring(0.5, 0.5, 0.48, 0.74)],
  [
    [
      [0.36, 0.28],
      [0.54, 0.12],
      [0.54, 0.88],
    ],
  ],
  [
    [
      [0.28, 0.32],
      [0.33, 0.18],
      [0.5, 0.12],
      [0.67, 0.18],
      [0.72, 0.33],
      [0.62, 0.5],
      [0.28, 0.88],
      [0.74, 0.88],
    ],
  ],
  [
    [
      [0.3, 0.18],
      [0.5, 0.12],
      [0.68, 0.2],
      [0.69, 0.35],
      [0.48, 0.48],
    ],
    [
      [0.48, 0.48],
      [0.7, 0.58],
      [0.71, 0.76],
      [0.52, 0.88],
      [0.28, 0.8],
    ],
  ],
  [
    [
      [0.62, 0.88],
      [0.62, 0.12],
      [0.26, 0.64],
      [0.78, 0.64],
    ],
  ],
  [
    [
      [0.7, 0.12],
      [0.34, 0.12],
      [0.31, 0.46],
      [0.52, 0.42],
      [0.7, 0.54],
      [0.7, 0.74],
      [0.52, 0.88],
      [0.28, 0.82],
    ],
  ],
  [
    [
      [0.66, 0.13],
      [0.44, 0.3],
      [0.31, 0.56],
      [0.34, 0.8],
      [0.5, 0.88],
      [0.67, 0.79],
      [0.68, 0.61],
      [0.51, 0.52],
      [0.32, 0.64],
    ],
  ],
  [
    [
      [0.26, 0.12],
      [0.74, 0.12],
      [0.44, 0.88],
    ],
  ],
  [ring(0.5, 0.3, 0.36, 0.36), ring(0.5, 0.68, 0.44, 0.4)],
  [
    [
      [0.68, 0.38],
      [0.5, 0.5],
      [0.33, 0.4],
      [0.34, 0.2],
      [0.5, 0.12],
      [0.66, 0.2],
      [0.68, 0.38],
      [0.62, 0.88],
    ],
  ],
];

/** How far a drawing may depart from the plain glyph; 1 is ordinary handwriting. */
export type Distortion = 1 | 2;

/**
 * Ink of a digit in 0 … 1, row by row from the top left, [size · size].
 * @param digit 0 … 9
 */
export function drawDigit(
  random: RandomStream,
  digit: number,
  size: number,
  distortion: Distortion,
): Float32Array {
  const move = handwriting(random, distortion);
  const strokes = glyphs[digit]!.map((stroke) => stroke.map(move));
  const pen = 0.035 + 0.035 * random.uniform();
  const softness = 1 / size; // one pixel from full ink to none
  return Float32Array.from({ length: size * size }, (_, i) => {
    const x = ((i % size) + 0.5) / size;
    const y = (Math.floor(i / size) + 0.5) / size;
    const distance = Math.min(...strokes.map((stroke) => distanceToStroke(stroke, x, y)));
    return Math.min(1, Math.max(0, (pen - distance) / softness + 0.5));
  });
}

function handwriting(random: RandomStream, distortion: Distortion): (point: Point) => Point {
  const between = (spread: number): number => distortion * spread * (2 * random.uniform() - 1);
  const turn = between(0.15);
  const lean = between(0.2);
  const [width, height] = [1 + between(0.12), 1 + between(0.08)];
  const [right, down] = [between(0.05), between(0.05)];
  const [sine, cosine] = [Math.sin(turn), Math.cos(turn)];
  return ([x, y]) => {
    const u = (x - 0.5 + between(0.015)) * width - lean * (y - 0.5);
    const v = (y - 0.5 + between(0.015)) * height;
    return [0.5 + cosine * u - sine * v + right, 0.5 + sine * u + cosine * v + down];
  };
}

function distanceToStroke(stroke: Stroke, x: number, y: number): number {
  let nearest = Infinity;
  for (let i = 1; i < stroke.length; i++) {
    const [ax, ay] = stroke[i - 1]!;
    const [dx, dy] = [stroke[i]![0] - ax, stroke[i]![1] - ay];
    const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
    const t = Math.min(1, Math.max(0, along));
    nearest = Math.min(nearest, (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2);
  }
  return Math.sqrt(nearest);
}

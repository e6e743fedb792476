/**
 * How fast biased memory normalisation forgets (Wu et al. 2022, section on forgetting): m ← unit(m + b) each segment, for a slot
 * that only copies itself. Since the write stays in the plane of m and b, the angle between them and the norm of b say it all.
 */

/** Angle to b after one segment, both in radians, 0 … π. */
function driftedAngle(angle: number, norm: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle) + norm);
}

/** After as many segments the answer is given as "never". */
export const mostSegments = 1000;

/** Segments until the cosine to the bias exceeds `cosine`; Infinity when it takes more than `mostSegments`. */
export function segmentsUntil(cosine: number, from: number, norm: number): number {
  let angle = from;
  for (let segments = 0; segments <= mostSegments; segments++) {
    if (Math.cos(angle) > cosine) return segments;
    angle = driftedAngle(angle, norm);
  }
  return Infinity;
}

/** From a right angle, where a slot shares nothing with its bias, to a cosine of one half. */
export const halfLife = (norm: number): number => segmentsUntil(0.5, Math.PI / 2, norm);

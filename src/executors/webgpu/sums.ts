/**
 * Sums over all samples and steps of a run: weight gradients as products leftᵀ · right over the rows of all steps, gradients
 * of tables, and plain sums. A workgroup owns a tile of one target and adds its contributions in a fixed order, so the result
 * is the same run after run.
 */
import type { View } from '../wasm/views.ts';
import { sizeOf } from '../wasm/views.ts';
import type { Place } from './code.ts';
import { kernelHead } from './kernel.ts';
import type { Values } from './values.ts';

/** One contribution as the kernel sees it: matrices [rows of a step, columns]; the indices of a scatter are one column. */
export type Job =
  | { readonly kind: 'product' | 'scatter'; readonly left: View; readonly right: View }
  | { readonly kind: 'sum'; readonly value: View };

export interface Target {
  /** Dense; a matrix [rows, columns], or flat where all jobs are sums. */
  readonly view: View;
  readonly jobs: readonly Job[];
}

const kinds = { product: 0, scatter: 1, sum: 2 } as const;
const tileSize = 32;
const tileWords = 8;
const jobWords = 14;

/** The table of the kernel: tiles, then jobs. */
export function sumsTable(
  targets: readonly Target[],
  values: Values,
): { readonly table: Uint32Array<ArrayBuffer>; readonly tiles: number } {
  const tiles: number[][] = [];
  const jobs: number[][] = [];
  for (const { view, jobs: own } of targets) {
    if (sizeOf(view.shape) === 0) continue;
    const flat = own.every(({ kind }) => kind === 'sum');
    const [rows, columns] = flat ? [1, sizeOf(view.shape)] : (view.shape as [number, number]);
    const begin = jobs.length;
    for (const job of own) jobs.push(jobWordsOf(job, values));
    const target = values.place(view).base + view.offset;
    for (let i = 0; i < rows; i += tileSize) {
      for (let j = 0; j < columns; j += tileSize) {
        tiles.push([target, rows, columns, i, j, begin, own.length, flat ? 1 : 0]);
      }
    }
  }
  const jobBase = tiles.length * tileWords;
  for (const tile of tiles) tile[5] = jobBase + tile[5]! * jobWords;
  const words = [...tiles, ...jobs].flat().map((word) => word >>> 0);
  return { table: Uint32Array.from(words.length > 0 ? words : [0]), tiles: tiles.length };
}

function jobWordsOf(job: Job, values: Values): number[] {
  const [left, right] = job.kind === 'sum' ? [job.value, job.value] : [job.left, job.right];
  return [kinds[job.kind], left.shape[0]!, ...operand(left, values), ...operand(right, values)];
}

/** Origin, and strides of row and column. */
function operand(view: View, values: Values): number[] {
  const place: Place = values.place(view);
  if (place.slot !== 0 || place.boundary !== null || place.array !== 'memory') {
    throw new Error('sums read what is kept for all steps');
  }
  const [row, column] = view.strides as [number, number];
  return [place.base + view.offset, place.sample, place.step, place.clock, row, column];
}

export const sumsKernel = `${kernelHead(64)} {
  let tile = group.x * ${tileWords}u;
  let target_ = table[tile];
  let rows = table[tile + 1u];
  let columns = table[tile + 2u];
  let i0 = table[tile + 3u];
  let j0 = table[tile + 4u];
  let jobs = table[tile + 5u];
  let jobsEnd = jobs + table[tile + 6u] * ${jobWords}u;
  let steps = run.samples * run.count;
  if (table[tile + 7u] == 1u) {
    // Two threads share a column: one takes the even steps, the other the odd ones.
    let column = j0 + local % 32u;
    var sum = 0.0;
    if (column < columns) {
      for (var job = jobs; job < jobsEnd; job += ${jobWords}u) {
        let at = table[job + 2u] + column * table[job + 7u];
        for (var n = local / 32u; n < steps; n += 2u) {
          sum += memory[at + origin(job + 2u, n)];
        }
      }
    }
    left[local] = sum;
    workgroupBarrier();
    if (local < 32u && column < columns) { memory[target_ + column] += left[local] + left[local + 32u]; }
    return;
  }
  let ti = local / 8u * 4u;
  let tj = local % 8u * 4u;
  var sum0 = vec4<f32>();
  var sum1 = vec4<f32>();
  var sum2 = vec4<f32>();
  var sum3 = vec4<f32>();
  for (var job = jobs; job < jobsEnd; job += ${jobWords}u) {
    let kind = table[job];
    let height = table[job + 1u];
    let leftRow = table[job + 6u];
    let leftColumn = table[job + 7u];
    let rightRow = table[job + 12u];
    let rightColumn = table[job + 13u];
    if (kind == ${kinds.sum}u) {
      for (var n = 0u; n < steps; n++) {
        let at = table[job + 2u] + origin(job + 2u, n);
        for (var y = 0u; y < 4u; y++) {
          let j = j0 + tj + y;
          if (j < columns) {
            let i = i0 + ti;
            let p = at + i * leftRow + j * leftColumn;
            if (i < rows) { sum0[y] += memory[p]; }
            if (i + 1u < rows) { sum1[y] += memory[p + leftRow]; }
            if (i + 2u < rows) { sum2[y] += memory[p + 2u * leftRow]; }
            if (i + 3u < rows) { sum3[y] += memory[p + 3u * leftRow]; }
          }
        }
      }
      continue;
    }
    let depth = steps * height;
    for (var d0 = 0u; d0 < depth; d0 += 16u) {
      if (local < 16u) {
        let d = d0 + local;
        let n = d / height;
        let row = d % height;
        leftOrigins[local] = table[job + 2u] + origin(job + 2u, n) + row * leftRow;
        rightOrigins[local] = table[job + 8u] + origin(job + 8u, n) + row * rightRow;
      }
      workgroupBarrier();
      for (var e = local; e < 512u; e += 64u) {
        let d = e / 32u;
        let c = e % 32u;
        var a = 0.0;
        var b = 0.0;
        if (d0 + d < depth) {
          if (i0 + c < rows) {
            if (kind == ${kinds.scatter}u) {
              a = select(0.0, 1.0, u32(max(memory[leftOrigins[d]], 0.0)) == i0 + c);
            } else {
              a = memory[leftOrigins[d] + (i0 + c) * leftColumn];
            }
          }
          if (j0 + c < columns) { b = memory[rightOrigins[d] + (j0 + c) * rightColumn]; }
        }
        left[e] = a;
        right[e] = b;
      }
      workgroupBarrier();
      for (var d = 0u; d < 16u; d++) {
        let p = d * 32u + ti;
        let q = d * 32u + tj;
        let b = vec4<f32>(right[q], right[q + 1u], right[q + 2u], right[q + 3u]);
        sum0 += left[p] * b;
        sum1 += left[p + 1u] * b;
        sum2 += left[p + 2u] * b;
        sum3 += left[p + 3u] * b;
      }
      workgroupBarrier();
    }
  }
  add(target_, i0 + ti, j0 + tj, rows, columns, sum0);
  add(target_, i0 + ti + 1u, j0 + tj, rows, columns, sum1);
  add(target_, i0 + ti + 2u, j0 + tj, rows, columns, sum2);
  add(target_, i0 + ti + 3u, j0 + tj, rows, columns, sum3);
}

var<workgroup> left: array<f32, 512>;
var<workgroup> right: array<f32, 512>;
var<workgroup> leftOrigins: array<u32, 16>;
var<workgroup> rightOrigins: array<u32, 16>;

// Offset of step number n, counted over all samples, of the operand described at the given word of the table.
fn origin(operand: u32, n: u32) -> u32 {
  let step = n % run.count;
  let clock = run.token + step * run.tokens;
  return n / run.count * table[operand + 1u] + step * table[operand + 2u] + clock * table[operand + 3u];
}

fn add(target_: u32, i: u32, j: u32, rows: u32, columns: u32, sum: vec4<f32>) {
  if (i >= rows) { return; }
  let p = target_ + i * columns + j;
  if (j < columns) { memory[p] += sum.x; }
  if (j + 1u < columns) { memory[p + 1u] += sum.y; }
  if (j + 2u < columns) { memory[p + 2u] += sum.z; }
  if (j + 3u < columns) { memory[p + 3u] += sum.w; }
}
`;

/**
 * Clipping by global norm and AdamW (executors/optimizer.ts has the formulas) in two dispatches over the flat parameters: sums
 * of squares of the gradient, then the update, in which every workgroup adds those sums up for itself in the same order.
 */
import type { OptimizerSettings } from '../executor.ts';
import { smallestNorm, updateFactors } from '../optimizer.ts';
import { realLiteral } from './code.ts';

/** Workgroups that sum squares, and so partial sums. */
export const partialSums = 64;

const declarations = `
struct Settings {
  // Floats of all parameters, and of those of rank 2 and above, which come first and decay.
  floats: u32,
  decaying: u32,
  // Where the gradient begins.
  gradient: u32,
  learningRate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  correction1: f32,
  correction2: f32,
  decay: f32,
  // Negative: no clipping.
  clipNorm: f32,
}
@group(0) @binding(0) var<storage, read> memory: array<f32>;
@group(0) @binding(1) var<storage, read_write> parameters: array<f32>;
@group(0) @binding(2) var<storage, read_write> firstMoments: array<f32>;
@group(0) @binding(3) var<storage, read_write> secondMoments: array<f32>;
@group(0) @binding(4) var<storage, read_write> squares: array<f32>;
@group(0) @binding(5) var<uniform> settings: Settings;
`;

export const normKernel = `${declarations}
var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {
  var sum = 0.0;
  for (var i = group.x * 64u + local; i < settings.floats; i += ${64 * partialSums}u) {
    let g = memory[settings.gradient + i];
    sum += g * g;
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local == 0u) {
    var total = 0.0;
    for (var i = 0u; i < 64u; i++) { total += sums[i]; }
    squares[group.x] = total;
  }
}
`;

export const updateKernel = `${declarations}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  var total = 0.0;
  for (var i = 0u; i < ${partialSums}u; i++) { total += squares[i]; }
  var scale = 1.0;
  if (settings.clipNorm >= 0.0) {
    scale = min(1.0, settings.clipNorm / max(sqrt(total), ${realLiteral(smallestNorm)}));
  }
  for (var i = id.x; i < settings.floats; i += groups.x * 64u) {
    let g = memory[settings.gradient + i] * scale;
    let m = settings.beta1 * firstMoments[i] + (1.0 - settings.beta1) * g;
    let v = settings.beta2 * secondMoments[i] + (1.0 - settings.beta2) * g * g;
    firstMoments[i] = m;
    secondMoments[i] = v;
    let direction = m / settings.correction1 / (sqrt(v / settings.correction2) + settings.epsilon);
    let decay = select(1.0, settings.decay, i < settings.decaying);
    parameters[i] = decay * parameters[i] - settings.learningRate * direction;
  }
}
`;

export const settingsBytes = 48;

/** The uniform record of one update; `update` counts from 1. */
export function settingsRecord(
  settings: OptimizerSettings,
  update: number,
  layout: { readonly floats: number; readonly decaying: number; readonly gradient: number },
): ArrayBuffer {
  const record = new ArrayBuffer(settingsBytes);
  const factors = updateFactors(settings, update);
  new Uint32Array(record).set([layout.floats, layout.decaying, layout.gradient]);
  new Float32Array(record).set(
    [
      factors.learningRate,
      factors.beta1,
      factors.beta2,
      factors.epsilon,
      factors.correction1,
      factors.correction2,
      1 - settings.learningRate * settings.weightDecay,
      settings.clipNorm === Infinity ? -1 : settings.clipNorm,
    ],
    3,
  );
  return record;
}

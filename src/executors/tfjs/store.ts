/**
 * Parameters and moments as tensors on one backend, and the AdamW update on them. An update makes new tensors and frees the
 * old ones, so tensors handed out stay valid only until the next update or write.
 */
import { elementCount, sameShape } from '../../graph/types.ts';
import type { Shape, TensorMap } from '../../graph/types.ts';
import type { OptimizerSettings, ParameterStore, TrainingState } from '../executor.ts';
import { decayFactor, smallestNorm, updateFactors } from '../optimizer.ts';
import type { UpdateFactors } from '../optimizer.ts';
import type { Device } from './device.ts';
import {
  add,
  concat,
  div,
  dispose,
  keep,
  maximum,
  minimum,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sumOver,
  upload,
  zeros,
} from './ops.ts';
import type { Tensor } from './ops.ts';

interface Slot {
  readonly shape: Shape;
  value: Tensor;
  first: Tensor;
  second: Tensor;
}

type Part = 'value' | 'first' | 'second';
const parts: readonly Part[] = ['value', 'first', 'second'];

export class TfjsStore implements ParameterStore {
  readonly device: Device;
  readonly #slots = new Map<string, Slot>();
  #updates = 0;

  constructor(device: Device, specs: readonly { readonly name: string; readonly shape: Shape }[]) {
    this.device = device;
    for (const { name, shape } of specs) {
      const empty = (): Tensor => keep(zeros(shape));
      this.#slots.set(name, { shape, value: empty(), first: empty(), second: empty() });
    }
  }

  get parameters(): ReadonlyMap<string, Tensor> {
    return new Map([...this.#slots].map(([name, { value }]) => [name, value]));
  }

  async read(): Promise<TrainingState> {
    const updates = this.#updates;
    const [parameters, firstMoments, secondMoments] = await Promise.all(
      parts.map(async (part) => {
        const entries = [...this.#slots].map(async ([name, slot]) => {
          const data = await this.device.read(slot[part]);
          return [name, { shape: slot.shape, dtype: 'f32' as const, data }] as const;
        });
        return Object.fromEntries(await Promise.all(entries));
      }),
    );
    return {
      parameters: parameters!,
      firstMoments: firstMoments!,
      secondMoments: secondMoments!,
      updates,
    };
  }

  async write(state: Pick<TrainingState, 'parameters'> & Partial<TrainingState>): Promise<void> {
    this.device.activate();
    const sources: Record<Part, TensorMap | undefined> = {
      value: state.parameters,
      first: state.firstMoments,
      second: state.secondMoments,
    };
    for (const [name, slot] of this.#slots) {
      for (const part of parts) {
        const source = sources[part];
        this.#replace(slot, part, source ? uploadCopy(name, slot.shape, source) : zeros(slot.shape));
      }
    }
    this.#updates = state.updates ?? 0;
  }

  /** Global norm of the gradients, a scalar. Call inside a tidy. */
  norm(gradients: ReadonlyMap<string, Tensor>): Tensor {
    const squares = [...gradients.values()].map((gradient) => {
      const flat = square(reshape(gradient, [-1]));
      return sumOver(flat, [0], true);
    });
    const total = squares.length === 0 ? zeros([1]) : concat(squares);
    return sqrt(sumOver(total, [0], false));
  }

  /** One AdamW update; see executors/optimizer.ts for the formulas. Call inside a tidy. */
  update(gradients: ReadonlyMap<string, Tensor>, norm: Tensor, settings: OptimizerSettings): void {
    const factors = updateFactors(settings, this.#updates + 1);
    const scale =
      settings.clipNorm === Infinity ? null : minimum(div(settings.clipNorm, maximum(norm, smallestNorm)), 1);
    for (const [name, gradient] of gradients) {
      const slot = this.#slots.get(name)!;
      const next = stepOf(
        slot,
        scale ? mul(gradient, scale) : gradient,
        factors,
        decayFactor(settings, slot.shape),
      );
      for (const part of parts) this.#replace(slot, part, next[part]);
    }
    this.#updates++;
  }

  dispose(): void {
    for (const slot of this.#slots.values()) dispose([slot.value, slot.first, slot.second]);
    this.#slots.clear();
  }

  #replace(slot: Slot, part: Part, tensor: Tensor): void {
    slot[part].dispose();
    slot[part] = keep(tensor);
  }
}

function stepOf(
  { value, first, second }: Slot,
  gradient: Tensor,
  { learningRate, beta1, beta2, epsilon, correction1, correction2 }: UpdateFactors,
  decay: number,
): Record<Part, Tensor> {
  const m = add(mul(first, beta1), mul(gradient, 1 - beta1));
  const v = add(mul(second, beta2), mul(square(gradient), 1 - beta2));
  const direction = div(m, add(sqrt(mul(v, 1 / correction2)), epsilon));
  const kept = decay === 1 ? value : mul(value, decay);
  return { value: sub(kept, mul(direction, learningRate / correction1)), first: m, second: v };
}

function uploadCopy(name: string, shape: Shape, source: TensorMap): Tensor {
  const tensor = source[name];
  if (!tensor || !sameShape(tensor.shape, shape) || tensor.data.length !== elementCount(shape)) {
    throw new Error(
      `parameter ${name} needs [${shape.join(', ')}], got ${tensor ? `[${tensor.shape.join(', ')}]` : 'nothing'}`,
    );
  }
  return upload(Float32Array.from(tensor.data), shape, 'f32');
}

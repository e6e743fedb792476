/** What a forward pass left in memory, as tensors. */
import { elementCount } from '../../graph/types.ts';
import type { DType, Program, Shape, Tensor } from '../../graph/types.ts';
import type { RunResult } from '../executor.ts';
import type { Range } from './readback.ts';
import type { ForwardSequence, SequenceRequest } from './sequence.ts';

/** `size` floats out of every `stride`. */
export function rowsOf(data: Float32Array, count: number, stride: number, size: number): Float32Array {
  const result = new Float32Array(count * size);
  for (let i = 0; i < count; i++) result.set(data.subarray(i * stride, i * stride + size), i * size);
  return result;
}

export function total(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

export function tensor(shape: Shape, data: Float32Array, dtype: DType = 'f32'): Tensor {
  return { shape, dtype, data: dtype === 'i32' ? Int32Array.from(data) : data };
}

/** Which ranges of memory hold the results of a forward pass, and what they mean. */
export class ForwardResults {
  readonly #request: SequenceRequest;
  readonly #sequence: ForwardSequence;

  constructor(request: SequenceRequest, sequence: ForwardSequence) {
    this.#request = request;
    this.#sequence = sequence;
  }

  ranges(): Range[] {
    return [
      { base: this.#sequence.frame.loss, floats: this.#samples * this.#length },
      ...this.#parts().map(({ base, floats }) => ({ base, floats })),
    ];
  }

  assemble([losses, ...data]: readonly Float32Array[]): RunResult {
    const groups: Record<'outputs' | 'state' | 'taps', Record<string, Tensor>> = {
      outputs: {},
      state: {},
      taps: {},
    };
    this.#parts().forEach(({ group, read }, i) => Object.assign(groups[group], read(data[i]!)));
    const hasLoss = this.#request.program.variants.every(({ loss }) => loss !== null);
    return { loss: hasLoss ? total(losses!) : Number.NaN, ...groups };
  }

  get #samples(): number {
    return this.#request.samples;
  }

  get #length(): number {
    return this.#request.program.length;
  }

  #parts(): ResultPart[] {
    return [...this.#outputs(), ...this.#states(), ...this.#taps()];
  }

  #outputs(): ResultPart[] {
    const [variant] = this.#request.program.variants;
    return this.#sequence.outputs.map(({ name, base }) => {
      const { node } = variant!.outputs.find((output) => output.name === name)!;
      return this.#series('outputs', variant!, node, name, base);
    });
  }

  /** A value of every token, [B, T, …]. */
  #series(
    group: ResultPart['group'],
    { nodes, unit }: Program['variants'][number],
    node: number,
    name: string,
    base: number,
  ): ResultPart {
    const { shape, dtype } = nodes[node]!;
    const whole = [this.#samples, this.#length, ...(unit === 'token' ? shape : shape.slice(1))];
    return {
      group,
      base,
      floats: elementCount(whole),
      read: (data) => ({ [name]: tensor(whole, data, dtype) }),
    };
  }

  #states(): ResultPart[] {
    const last = this.#sequence.stretches.flat().at(-1);
    if (!last) return [];
    const { graph } = last.of;
    const { frame } = this.#sequence;
    const { offsets } = frame.blockAfter(graph);
    return graph.states.map(({ name, next, dtype }): ResultPart => {
      const { shape } = graph.nodes[next]!;
      const whole = [this.#samples, ...shape];
      const fifo = frame.fifos.get(name);
      const size = elementCount(shape);
      const stride = fifo?.stride ?? size;
      return {
        group: 'state',
        base: fifo ? fifo.base : last.after + offsets.get(name)!,
        floats: Math.max(0, (this.#samples - 1) * stride + size),
        read: (data) => ({ [name]: tensor(whole, rowsOf(data, this.#samples, stride, size), dtype) }),
      };
    });
  }

  #taps(): ResultPart[] {
    return this.#sequence.taps.map(({ name, base, run, per, capacity }): ResultPart => {
      const graph = this.#request.program.variants[run.variant]!;
      const { node } = graph.taps.find((tap) => tap.name === name)!;
      if (per === 'token') return this.#series('taps', graph, node, name, base);
      const { shape, dtype } = graph.nodes[node]!;
      const size = elementCount(shape);
      if (per === 'run') {
        const named = (step: number): string => name.replaceAll('{s}', String(step));
        const steps = name.includes('{s}') ? run.count : 1;
        return {
          group: 'taps',
          base,
          floats: size,
          read: (data) =>
            Object.fromEntries(
              Array.from({ length: steps }, (_, i) => [
                named(run.first + i),
                tensor(shape, data.slice(), dtype),
              ]),
            ),
        };
      }
      const whole = [this.#samples, ...shape];
      return {
        group: 'taps',
        base,
        floats: this.#samples * capacity * size,
        read: (data) =>
          Object.fromEntries(
            Array.from({ length: run.count }, (_, i) => {
              const rows = rowsOf(data.subarray(i * size), this.#samples, capacity * size, size);
              return [name.replaceAll('{s}', String(run.first + i)), tensor(whole, rows, dtype)];
            }),
          ),
      };
    });
  }
}

interface ResultPart {
  readonly group: 'outputs' | 'state' | 'taps';
  readonly base: number;
  readonly floats: number;
  readonly read: (data: Float32Array) => Record<string, Tensor>;
}

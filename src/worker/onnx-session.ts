/** An ONNX file in onnxruntime, fed with tensors of ours and giving such back. */
import * as web from 'onnxruntime-web/wasm';
import type { Tensor, TensorMap } from '../graph/types.ts';

/** onnxruntime-web, or another build with the same interface. */
export type Runtime = Pick<typeof web, 'InferenceSession' | 'Tensor'>;

/** Every type or shape that is not as the file declares it is an error; warnings (a weight that only the first step reads) are not told. */
const strict = { extra: { session: { strict_shape_type_inference: '1' } }, logSeverityLevel: 3 } as const;

export class OnnxSession {
  readonly #runtime: Runtime;
  readonly #session: web.InferenceSession;

  private constructor(runtime: Runtime, session: web.InferenceSession) {
    this.#runtime = runtime;
    this.#session = session;
  }

  /** @throws Error what onnxruntime says of a file that it cannot load. */
  static async open(bytes: Uint8Array, runtime: Runtime = web): Promise<OnnxSession> {
    web.env.wasm.numThreads = 1; // a batch this small gains nothing from more
    return new OnnxSession(runtime, await runtime.InferenceSession.create(bytes, strict));
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  /** @param inputs exactly those of the file, by name */
  async run(inputs: TensorMap): Promise<TensorMap> {
    const feeds = Object.entries(inputs).map(([name, value]) => [name, this.#fed(value)]);
    const results = await this.#session.run(Object.fromEntries(feeds) as Record<string, web.Tensor>);
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, given(value)]));
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  #fed({ dtype, shape, data }: Tensor): web.Tensor {
    const { Tensor: OrtTensor } = this.#runtime;
    return dtype === 'i32' ? new OrtTensor('int32', data, shape) : new OrtTensor('float32', data, shape);
  }
}

const given = (value: web.Tensor): Tensor => ({
  shape: value.dims,
  dtype: value.type === 'int32' ? 'i32' : 'f32',
  data: value.data as Float32Array | Int32Array,
});

/** Those whose names begin with `prefix`, which is taken off. */
export function withPrefix(tensors: TensorMap, prefix: string): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

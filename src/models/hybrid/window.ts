/**
 * The softmax KV memory of the hybrid: attention over the last `window` keys and values. The state holds them before
 * rotation, oldest first, zero rows where there was no token.
 */
import type { GraphBuilder, Value } from '../../graph/builder.ts';

export interface WindowConfig {
  readonly modelDim: number;
  readonly heads: number;
  /** S, the current token included. */
  readonly window: number;
  readonly rope: boolean;
}

/**
 * softmax_s(q̃ · k̃_s / √d) over the visible rows. query [D]; keys, values [S, D], oldest first, the last row is the current
 * token; visible [S], 1 where a row may be seen. → output [heads, d], weights [heads, S] (oldest first).
 *
 * A rotation at absolute positions enters only through the distance of query and key, so the query stays as it is and a key
 * of age a is turned back by a steps: constant angles, no position at run time.
 */
export function windowAttention(
  g: GraphBuilder,
  config: WindowConfig,
  {
    query,
    keys,
    values,
    visible,
  }: { readonly query: Value; readonly keys: Value; readonly values: Value; readonly visible: Value },
): { readonly output: Value; readonly weights: Value } {
  const { heads, modelDim, window } = config;
  const d = modelDim / heads;
  const perHead = (rows: Value): Value => g.transpose(g.reshape(rows, [window, heads, d]), [1, 0, 2]);
  const k = config.rope ? rotateByAge(g, perHead(keys), d, window) : perHead(keys);
  const logits = g.matmul(g.reshape(query, [heads, 1, d]), k, { transposeB: true });
  const weights = g.softmax(g.multiply(logits, 1 / Math.sqrt(d)), visible);
  return {
    output: g.reshape(g.matmul(weights, perHead(values)), [heads, d]),
    weights: g.reshape(weights, [heads, window]),
  };
}

/** Rotary positions, half-split: (a_j, a_{j+half}) turned by −age · 10000^(−2j/d). keys [heads, S, d]. */
function rotateByAge(g: GraphBuilder, keys: Value, d: number, window: number): Value {
  const half = d / 2;
  const table = (f: (angle: number) => number): Value => {
    const angle = (row: number, j: number): number => -(window - 1 - row) * 10000 ** ((-2 * j) / d);
    return g.constant(
      Array.from({ length: window * half }, (_, i) => f(angle(Math.floor(i / half), i % half))),
      [window, half],
    );
  };
  const cosine = table(Math.cos);
  const sine = table(Math.sin);
  const first = g.sliceAxis(keys, 2, 0, half);
  const second = g.sliceAxis(keys, 2, half, half);
  return g.concat(
    [
      g.subtract(g.multiply(first, cosine), g.multiply(second, sine)),
      g.add(g.multiply(second, cosine), g.multiply(first, sine)),
    ],
    2,
  );
}

/**
 * Chaotic systems in double precision: Lorenz and Rössler by classical Runge-Kutta, the Hénon map, and the Mackey-Glass
 * delay equation by the trapezoid-like map of the MemNet authors' code. Errors grow with every step, so the order of
 * operations here is part of the result to about the tenth digit.
 */

export type SystemName = 'mackeyGlass' | 'lorenz' | 'rossler' | 'henon';

export interface Series {
  readonly system: SystemName;
  readonly parameters: Readonly<Record<string, number>>;
  /** [dimensions]; for Mackey-Glass the constant history. */
  readonly initial: readonly number[];
  /** Time between samples; for Mackey-Glass counted in steps; 1 for Hénon. */
  readonly interval: number;
  /** Steps between samples; for Mackey-Glass steps per delay; 1 for Hénon. */
  readonly substeps: number;
}

/** Samples [samples, dimensions]; the first is the initial condition. */
export function integrate(series: Series, samples: number): Float64Array {
  if (series.system === 'mackeyGlass') return integrateDelay(series, samples);
  const size = series.initial.length;
  const data = new Float64Array(samples * size);
  const state = Float64Array.from(series.initial);
  const advance = advancer(series);
  for (let row = 0; row < samples; row++) {
    data.set(state, row * size);
    advance(state);
  }
  return data;
}

/** Moves a state on by one sample, in place. */
export type Advance = (state: Float64Array) => void;

/** For the systems whose state is what a sample shows: all but Mackey-Glass. */
export function advancer({ system, parameters, initial, interval, substeps }: Series): Advance {
  if (system === 'mackeyGlass') throw new Error('a sample of a delay equation is not its state');
  if (system === 'henon') return henon(parameters);
  const derivative = system === 'lorenz' ? lorenz(parameters) : rossler(parameters);
  const step = rungeKutta(derivative, initial.length, interval / substeps);
  return (state) => {
    for (let i = 0; i < substeps; i++) step(state);
  };
}

/** Hénon 1976 */
function henon(parameters: Series['parameters']): Advance {
  const { a, b } = parameters as { a: number; b: number };
  return (state) => {
    const [x, y] = [state[0]!, state[1]!];
    state[0] = 1 - a * x * x + b * y;
    state[1] = x;
  };
}

/** Writes the time derivative of a state. */
type Derivative = (state: Float64Array, slope: Float64Array) => void;

/** Lorenz 1963 */
function lorenz(parameters: Series['parameters']): Derivative {
  const { sigma, rho, beta } = parameters as { sigma: number; rho: number; beta: number };
  return (state, slope) => {
    const [x, y, z] = [state[0]!, state[1]!, state[2]!];
    slope[0] = sigma * (y - x);
    slope[1] = x * (rho - z) - y;
    slope[2] = x * y - beta * z;
  };
}

/** Rössler 1976 */
function rossler(parameters: Series['parameters']): Derivative {
  const { a, b, c } = parameters as { a: number; b: number; c: number };
  return (state, slope) => {
    const [x, y, z] = [state[0]!, state[1]!, state[2]!];
    slope[0] = -y - z;
    slope[1] = x + a * y;
    slope[2] = b + z * (x - c);
  };
}

/** The classical method of fourth order with step h. */
function rungeKutta(derivative: Derivative, size: number, h: number): Advance {
  const buffer = (): Float64Array => new Float64Array(size);
  const [k1, k2, k3, k4, moved] = [buffer(), buffer(), buffer(), buffer(), buffer()];
  const slopeAfter = (state: Float64Array, slope: Float64Array, by: number, result: Float64Array): void => {
    for (let i = 0; i < size; i++) moved[i] = state[i]! + by * slope[i]!;
    derivative(moved, result);
  };
  return (state) => {
    derivative(state, k1);
    slopeAfter(state, k1, h / 2, k2);
    slopeAfter(state, k2, h / 2, k3);
    slopeAfter(state, k3, h, k4);
    for (let i = 0; i < size; i++) state[i]! += (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!);
  };
}

/** Mackey and Glass 1977: x' = a x(t−τ) / (1 + x(t−τ)^c) − b x, with n steps per delay. */
function integrateDelay(
  { parameters, initial, interval, substeps: n }: Series,
  samples: number,
): Float64Array {
  const { a, b, c, tau } = parameters as { a: number; b: number; c: number; tau: number };
  const decay = (2 * n - b * tau) / (2 * n + b * tau);
  const gain = (a * tau) / (2 * n + b * tau);
  const g = (u: number) => u / (1 + u ** c);
  const steps = (samples - 1) * interval;
  // g of x_{−n} … x_{steps}: place i + n holds step i.
  const pushes = new Float64Array(n + steps + 1).fill(g(initial[0]!), 0, n + 1);
  const data = new Float64Array(samples);
  let x = initial[0]!;
  data[0] = x;
  for (let step = 1; step <= steps; step++) {
    x = decay * x + gain * (pushes[step - 1]! + pushes[step]!);
    pushes[step + n] = g(x);
    if (step % interval === 0) data[step / interval] = x;
  }
  return data;
}

/** What WebGPU there is: asked once, without loading any library. */

export interface AdapterReport {
  /** A fallback adapter: WebGPU computed on the processor, slower than WebAssembly. */
  readonly software: boolean;
  /** e.g. "nvidia, ampere"; empty without an adapter. */
  readonly detail: string;
  /** Why there is none, a sentence; empty where there is one. */
  readonly reason: string;
}

export interface FoundAdapter {
  readonly adapter: GPUAdapter | null;
  readonly report: AdapterReport;
}

/** An adapter can be asked for a device once only, so every caller gets a fresh one. */
export async function findAdapter(): Promise<FoundAdapter> {
  const none = (reason: string): FoundAdapter => ({
    adapter: null,
    report: { software: false, detail: '', reason },
  });
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: GPU } };
  const gpu = navigator?.gpu;
  if (!gpu) return none('This browser has no WebGPU, or the page was not loaded over HTTPS.');
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) return none('The browser has WebGPU but offers no graphics adapter.');
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
    const name = [vendor, architecture].filter(Boolean).join(', ') || description || 'unnamed adapter';
    const software =
      isFallbackAdapter || /swiftshader|llvmpipe|lavapipe/i.test(`${architecture} ${description}`);
    return { adapter, report: { software, detail: software ? `${name}, software` : name, reason: '' } };
  } catch (error) {
    return none(
      `The browser refused a WebGPU adapter: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/**
 * tfjs on WebGPU, on a device that we request ourselves: we have to know whether the adapter is software, hear of errors that
 * tfjs ignores, and hear when the device is gone. The `webgpu` executor builds on the same device.
 */
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { PlaygroundError } from '../../../foundation/errors.ts';
import { findAdapter } from '../../adapter.ts';
import type { AdapterReport } from '../../adapter.ts';
import type { OpenedBackend } from '../device.ts';
import { env, findBackend, findBackendFactory, registerBackend, removeBackend, setBackend } from '../ops.ts';

export interface OpenedWebgpu extends OpenedBackend {
  readonly device: GPUDevice;
  readonly tfjs: WebGPUBackend;
}

/** One device serves the whole worker; it is made anew after it was lost. */
let current: { readonly opened: Promise<OpenedWebgpu>; users: number } | null = null;

/** @throws PlaygroundError `executor-unavailable` */
export async function openWebgpu(): Promise<OpenedWebgpu> {
  current ??= { opened: open(), users: 0 };
  const mine = current;
  mine.users++;
  const release = (): void => {
    mine.users--;
    if (mine.users > 0) return;
    if (current === mine) current = null;
    void mine.opened.then(
      (opened) => opened.close(),
      () => undefined,
    );
  };
  try {
    const opened = await mine.opened;
    let closed = false;
    void opened.lost.then(() => {
      if (current === mine) current = null;
    });
    return {
      ...opened,
      close: () => {
        if (!closed) release();
        closed = true;
      },
    };
  } catch (error) {
    if (current === mine) current = null;
    throw error;
  }
}

async function open(): Promise<OpenedWebgpu> {
  const { adapter, report } = await findAdapter();
  if (!adapter) {
    throw new PlaygroundError(
      'executor-unavailable',
      report.reason,
      'Nothing was changed.',
      'Choose an executor that runs on the processor.',
    );
  }
  const device = await adapter.requestDevice(deviceDescriptor(adapter));
  let closing = false;
  let failure: string | null = null;
  const lost = new Promise<{ readonly reason: string }>((resolve) => {
    const fail = (reason: string): void => {
      if (closing) return;
      failure ??= reason;
      resolve({ reason: failure });
    };
    // A failed validation throws nothing and leaves garbage in a tensor: no number of this device counts from here on.
    device.addEventListener('uncapturederror', ({ error }) => fail(error.message));
    void device.lost.then(({ message, reason }) => fail(message || reason));
  });
  setFlags(report);
  // tfjs's own factory is registered by the first import: left in place, it would win over ours.
  const registered: unknown = findBackendFactory('webgpu');
  if (registered) removeBackend('webgpu');
  const tfjs = new WebGPUBackend(device, adapter.info);
  registerBackend('webgpu', () => tfjs, 3);
  if (!(await setBackend('webgpu'))) throw new Error('tfjs could not start its WebGPU backend');
  return {
    backend: 'webgpu',
    detail: report.detail,
    software: report.software,
    device,
    tfjs,
    failure: () => failure,
    lost,
    close: () => {
      closing = true;
      // By now another one may have taken the name.
      if (findBackend('webgpu') === tfjs) removeBackend('webgpu');
      device.destroy();
    },
  };
}

/** All of the limits that kernels come up against, as far as the adapter goes. */
function deviceDescriptor({ limits, features }: GPUAdapter): GPUDeviceDescriptor {
  return {
    requiredFeatures: features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    },
  };
}

function setFlags({ software }: AdapterReport): void {
  const flags = env();
  // Small ops on values that are not uploaded yet would run on the CPU: a resumed run would differ from one that went on.
  flags.set('WEBGPU_CPU_FORWARD', false);
  flags.set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 64);
  // The packed product suits software adapters best (2.6 times faster on SwiftShader); real ones choose for themselves.
  flags.set('WEBGPU_MATMUL_PROGRAM_TYPE', software ? 3 : -1);
}

/**
 * WebGPU in Node on the processor: Dawn (npm package `webgpu`) on SwiftShader, the software Vulkan driver that every Chromium
 * brings along. Correct and slow. For Node only.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Executor } from '../executors/executor.ts';
import { createWebgpuExecutor, deviceLimits } from '../executors/webgpu/executor.ts';
import type { WebgpuOptions } from '../executors/webgpu/executor.ts';

const driverFile = 'vk_swiftshader_icd.json';
const loaderFile = 'libvulkan.so.1';

/** The folder of an installed Chromium that has the driver. */
function driverFolder(): string {
  const programs = [process.env['CHROMIUM'], chromium.executablePath(), '/usr/bin/chromium'];
  const folders = programs.flatMap((program) => {
    if (!program || !existsSync(program)) return [];
    return [dirname(program), dirname(realpathSync(program)), ...namedFolders(program)];
  });
  const found = [...folders, '/usr/lib/chromium'].find((folder) => existsSync(join(folder, driverFile)));
  if (found) return found;
  throw new Error(
    `These tests run WebGPU on SwiftShader and need the file ${driverFile} that comes with Chromium. Please install it ` +
      '(Debian: apt install chromium; elsewhere: npx playwright install chromium), or set CHROMIUM to the path of one.',
  );
}

/** Debian's /usr/bin/chromium is a script that names the folder. */
function namedFolders(program: string): string[] {
  const text = readFileSync(program).subarray(0, 4096).toString('latin1');
  if (!text.startsWith('#!')) return [];
  return text.match(/\/[\w/.-]*chromium[\w/.-]*/g) ?? [];
}

/** Dawn opens the Vulkan loader by its bare name: loading the one beside the driver first makes that name known. */
function loadVulkan(folder: string): void {
  const path = join(folder, loaderFile);
  if (process.platform !== 'linux' || !existsSync(path)) return;
  const keepLoaded = 0x1000; // RTLD_NODELETE
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | keepLoaded);
  } catch (error) {
    // It is loaded, and no extension of Node: that is what the message says.
    if (!(error instanceof Error) || !error.message.includes('did not self-register')) throw error;
  }
}

let gpu: GPU | null = null;

/**
 * A new software device.
 * @throws Error with a sentence saying what to install
 */
export async function softwareDevice(): Promise<GPUDevice> {
  if (!gpu) {
    const folder = driverFolder();
    process.env['VK_DRIVER_FILES'] = join(folder, driverFile);
    loadVulkan(folder);
    const { create } = createRequire(import.meta.url)('webgpu') as { create: (options: string[]) => GPU };
    gpu = create([]);
  }
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error(`Dawn finds no adapter, although ${driverFile} is there.`);
  return adapter.requestDevice({ requiredLimits: deviceLimits(adapter) });
}

/** The executor on a new software device, with workgroups other than a software adapter's where asked. */
export async function softwareExecutor(workgroups: WebgpuOptions['workgroups'] = {}): Promise<Executor> {
  const device = await softwareDevice();
  return createWebgpuExecutor({ device, detail: 'SwiftShader', software: true, workgroups });
}

import { beforeEach, describe, expect, it } from 'vitest';
import type { UserData } from '../tasks/task.ts';
import { runStore } from './run-store.ts';
import { chooseModel, choosePreset, chooseTask, setField, settingsStore } from './settings-store.ts';
import { combinationProblem, previewTask, samplesOf, settingsProblem, tellingProbe } from './samples.ts';
import { catalog } from './catalog.ts';
import { checkConfig, configOf, presetChoices, presetValuesOf } from './presets.ts';
import { contentHash } from '../tasks/common/content-hash.ts';
import { takeFiles, takeText } from './user-files.ts';

beforeEach(() => {
  settingsStore.setState(settingsStore.getInitialState());
  runStore.setState(runStore.getInitialState());
});

const config = () => settingsStore.getState().config;

describe('presets', () => {
  it('are whole and allowed, every one', () => {
    expect(presetChoices().length).toBeGreaterThan(0);
    for (const choice of presetChoices()) {
      const whole = configOf(choice);
      expect(checkConfig(whole)).toEqual(whole);
    }
  });

  it('have ids of their own', () => {
    const ids = presetChoices().map(({ preset }) => preset.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the settings', () => {
  it('bring back the values of a task and a model that was left', () => {
    setField('task', 'maximumLength', 9);
    setField('model', 'slots', 16);
    chooseTask('reverse');
    chooseModel('lstm');
    expect(config().task.id).toBe('reverse');
    chooseTask('copy');
    chooseModel('memnet');
    expect(config().task.fields['maximumLength']).toBe(9);
    expect(config().model.fields['slots']).toBe(16);
  });

  it('know the preset’s values, to go back to', () => {
    const { presetId } = settingsStore.getState();
    setField('training', 'learningRate', 0.5);
    expect(presetValuesOf(presetId, 'training', config())['learningRate']).not.toBe(0.5);
  });

  it('keep seed and executor when a preset is chosen', () => {
    settingsStore.setState({ config: { ...config(), seed: 12, executor: 'tfjs-cpu' } });
    choosePreset(presetChoices().at(-1)!.preset.id);
    expect(config()).toMatchObject({ seed: 12, executor: 'tfjs-cpu' });
  });
});

describe('samples', () => {
  it('are those of the seed, six at a time', () => {
    const { instance } = previewTask(config(), null);
    const samples = samplesOf(instance!, 1, 0, 6);
    expect(samples).toHaveLength(6);
    expect(samplesOf(instance!, 1, 0, 6)).toEqual(samples);
    expect(samplesOf(instance!, 2, 0, 6)).not.toEqual(samples);
  });

  it('show the memory at work first: a long sequence, in the middle of its answers', () => {
    const { instance } = previewTask(config(), null);
    const { sampleIndex, position } = tellingProbe(instance!, 1);
    const sample = instance!.sample(1, 'heldOut', sampleIndex);
    expect(sample.mask[position]).toBe(1);
    const other = instance!.sample(1, 'heldOut', 0);
    expect(sample.mask.length).toBeGreaterThanOrEqual(other.mask.length);
  });

  it('say what is missing instead of failing', () => {
    chooseTask('text');
    expect(previewTask(config(), null).failure?.code).toBe('no-file');
    expect(settingsProblem(config(), null)).toContain('needs');
  });

  it('say when a model cannot read what a task gives', () => {
    const { instance } = previewTask(config(), null);
    const reader = { ...catalog.models[0]!, input: 'tokens' as const };
    const known = { ...catalog, models: [reader] };
    expect(combinationProblem(config(), { ...instance!, kind: 'vectors' }, known)).toContain('reads tokens');
    expect(combinationProblem(config(), instance!, known)).toBeNull();
  });
});

describe('a person’s file', () => {
  const messages = (): string[] => runStore.getState().messages.map(({ content }) => content.code);

  it('becomes the task, with its hash in the config', () => {
    expect(takeText('poem.txt', 'the rain in spain stays mainly in the plain. '.repeat(60))).toBe(true);
    const { data } = settingsStore.getState();
    expect(data?.name).toBe('poem.txt');
    expect(config().task).toMatchObject({ id: 'text', dataHash: data?.hash });
    expect(settingsProblem(config(), data)).toBeNull();
  });

  it('changes nothing when it cannot be used, and says why', async () => {
    const before = settingsStore.getState();
    expect(await takeFiles([new File([], 'nothing.txt')])).toBe(false);
    expect(await takeFiles([new File([Uint8Array.of(0xc3, 0x28, 0x41)], 'torn.txt')])).toBe(false);
    expect(await takeFiles([new File([new Uint8Array(4000)], 'picture.png')])).toBe(false);
    expect(settingsStore.getState()).toBe(before);
    expect(messages()).toEqual(['empty-file', 'bad-utf8', 'not-text']);
  });

  it('is refused before it is read when it is far too large', async () => {
    let read = false;
    const huge = {
      name: 'huge.txt',
      size: 5_000_000_000,
      slice: () => new Blob(['once upon a time']),
      arrayBuffer: async () => {
        read = true;
        return new ArrayBuffer(0);
      },
    } as unknown as File;
    expect(await takeFiles([huge])).toBe(false);
    expect(read).toBe(false);
    expect(messages()).toEqual(['file-too-large']);
  });

  it('is refused when it is too large for a text, though another task would read as much', async () => {
    const large = new File([new Uint8Array(12_000_000).fill(0x61)], 'large.txt');
    expect(await takeFiles([large])).toBe(false);
    expect(messages()).toEqual(['file-too-large']);
  });

  it('is known by its content', () => {
    const hash = (text: string): string => contentHash(new TextEncoder().encode(text));
    expect(hash('abc')).toBe(hash('abc'));
    expect(new Set(['abc', 'acb', 'ab', 'abc\0', ''].map(hash)).size).toBe(5);
  });

  it('goes with a preset that reads one', () => {
    takeText('poem.txt', 'the rain in spain stays mainly in the plain. '.repeat(60));
    const data: UserData | null = settingsStore.getState().data;
    choosePreset(presetChoices().find(({ preset }) => preset.task.id === 'copy')!.preset.id);
    expect(config().task.dataHash).toBeUndefined();
    choosePreset(presetChoices().find(({ preset }) => preset.task.id === 'text')!.preset.id);
    expect(config().task.dataHash).toBe(data?.hash);
  });
});

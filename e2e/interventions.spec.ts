/** Operating on a memory: without the slot that holds an answer exactly that answer changes, and undo brings it back. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

/** Too little hidden state to carry the symbols: they have to go through the slots. Learned within two hundred steps. */
const settings = {
  ...{ 'task.symbols': 6, 'task.minimumLength': 3, 'task.maximumLength': 3 },
  ...{
    'model.slots': 6,
    'model.hiddenSize': 2,
    'model.keySize': 16,
    'model.valueSize': 16,
    'model.sigma': 1,
  },
  ...{ 'training.steps': 10_000, 'training.learningRate': 0.02, 'training.warmupSteps': 10 },
  ...{ 'training.evaluationSamples': 8, seed: 1 },
};

test('erases the slot that holds the answer', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open(settings);
  await playground.chooseExecutor('wasm');
  await playground.trainSteps(200);
  const weights = (await playground.savedAt(200)).weights;

  await playground.lookAtTheEnd();
  const instrument = page.getByRole('region', { name: 'Interventions' });
  const picture = instrument.getByRole('application');
  const readout = instrument.locator('p[data-idle]');
  /** Reads a cell of the picture by the arrow keys, from the top left cell. */
  const read = async (right: number, down: number): Promise<string> => {
    await picture.focus();
    await picture.press('Home');
    for (let i = 0; i < 10; i++) await picture.press('ArrowUp');
    await picture.press('Home');
    for (let i = 0; i < down; i++) await picture.press('ArrowDown');
    await picture.press('Home');
    for (let i = 0; i < right; i++) await picture.press('ArrowRight');
    return readout.innerText();
  };

  // At the last position the symbol that is asked for was written four events ago: slot 3.
  await instrument.getByRole('checkbox', { name: 'which slots matter' }).check();
  await expect(picture.locator('canvas')).toHaveAttribute('aria-label', /slot 3 matters most/);
  await instrument.getByRole('combobox', { name: 'Which slots' }).selectOption('3');
  await instrument.getByRole('button', { name: 'Operate' }).click();
  await expect(picture.locator('canvas')).toHaveAttribute('aria-label', /Other answers at position 6\./);
  await expect(instrument.getByRole('list', { name: 'Operations done' })).toContainText(
    'position 6: erase slot 3',
  );
  const canvas = picture.locator('canvas');
  const changed = (await canvas.getAttribute('aria-label'))!;
  expect(await read(6, 3)).toMatch(/^Position 6: changed output ‘.’, wrong, .*originally ‘.’, right/);
  await expect(canvas).toHaveAttribute('aria-label', changed);

  // The command and its undo from the keyboard; the outcome is that of no operation at all.
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('u');
  await expect(picture.locator('canvas')).not.toHaveAttribute('aria-label', /Other answers/);
  await page.keyboard.press('i');
  await expect(canvas).toHaveAttribute('aria-label', changed);
  await instrument.getByRole('button', { name: 'Undo all' }).click();
  await expect(instrument.getByRole('list', { name: 'Operations done' })).toBeHidden();

  // Training goes on from the same weights, and the outcome follows it.
  expect((await playground.savedAt(200)).weights).toEqual(weights);
  await playground.trainSteps(1);
  await page.keyboard.press('i');
  await expect(picture.locator('canvas')).toHaveAttribute('aria-label', /1 operation on the memory/);
  const download = page.waitForEvent('download');
  await instrument.getByText('Save', { exact: true }).click();
  await instrument.getByRole('button', { name: 'Numbers as CSV' }).click();
  expect((await download).suggestedFilename()).toBe('memory-playground-interventions.csv');
  expect(playground.problems).toEqual([]);
});

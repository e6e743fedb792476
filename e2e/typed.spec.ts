/** A sequence that a person types: shown with its answers, refused with a sentence, kept over a reset and a reload. */
import { expect, test } from '@playwright/test';
import { PlaygroundPage } from './support/playground.ts';

test('shows what is typed', async ({ page }) => {
  const playground = new PlaygroundPage(page);
  await playground.open({
    ...{ 'task.symbols': 3, 'task.maximumLength': 4, 'model.slots': 8, 'training.batchSize': 8 },
    ...{ 'training.evaluationSamples': 8 },
  });
  const shown = page.getByRole('group', { name: 'Sequence shown' });
  const timeline = page.getByRole('region', { name: 'Memory timeline' });
  const canvas = timeline.locator('canvas').first();
  await shown.getByRole('combobox').selectOption('typed');
  const field = shown.getByRole('textbox', { name: 'Typed sequence' });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue(/⏎/);

  await field.fill('cabb');
  await expect(canvas).toHaveAttribute('aria-label', /timeline of 9 positions.* of 4 answers right/);
  await field.fill('cabx');
  await expect(shown.getByRole('status')).toContainText('“x” is not a symbol of this task. It knows a b c');
  await expect(canvas).toHaveAttribute('aria-label', /of 9 positions/);
  await field.fill('a'.repeat(40));
  await expect(shown.getByRole('status')).toContainText('40 positions; 33 is the most');

  // Letters in the field are no commands, and a symbol that no key has is a button.
  await field.fill('c');
  await shown.getByText('symbols').click();
  await shown.getByRole('button', { name: '⏎' }).click();
  await field.pressSequentially('ta'); // t would change the theme
  await expect(shown.getByRole('status')).toContainText('“t”');
  await field.fill('c⏎aa');
  await expect(canvas).toHaveAttribute('aria-label', /of 4 positions.* no answers to compare with/);

  // Training and a reset keep it; interventions and a shared link know it too.
  await field.fill('bca');
  await expect(canvas).toHaveAttribute('aria-label', /of 7 positions.* of 3 answers right/);
  await page.getByRole('heading', { level: 1 }).click();
  await playground.trainSteps(10);
  await expect(canvas).toHaveAttribute('aria-label', /of 7 positions at training step 10/);
  await page.getByRole('checkbox', { name: 'which slots matter' }).check();
  const operated = page.getByRole('region', { name: 'Interventions' }).locator('canvas').first();
  await operated.scrollIntoViewIfNeeded();
  await expect(operated).toHaveAttribute('aria-label', /0 operations on the memory, loss/);
  await playground.savedAt(10);
  await page.reload();
  await playground.ready();
  await expect(field).toHaveValue('bca');
  await expect(canvas).toHaveAttribute('aria-label', /of 7 positions at training step 10/);
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect.poll(() => playground.step()).toBe(0);
  await expect(field).toHaveValue('bca');
  await timeline.scrollIntoViewIfNeeded();
  await expect(canvas).toHaveAttribute('aria-label', /of 7 positions at training step 0/);
  expect(playground.problems).toEqual([]);
});

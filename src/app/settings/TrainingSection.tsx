/** How the model is trained: optimizer, schedule, seed. */
import { useId } from 'react';
import { useStore } from 'zustand';
import type { IntegerField } from '../../foundation/fields.ts';
import { catalog } from '../../state/catalog.ts';
import { settingsStore } from '../../state/settings-store.ts';
import { Explained } from './FieldControl.tsx';
import { FieldList } from './FieldList.tsx';
import { NumberControl } from './NumberControl.tsx';
import { Section } from './Section.tsx';

const seedField: IntegerField = {
  kind: 'integer',
  label: 'Seed',
  minimum: 1,
  maximum: 1000,
  default: 1,
  explanation:
    'Every random number of the run comes from it: initial weights, samples, their order. The same seed and settings give the same run again.',
};

export function TrainingSection() {
  return (
    <Section title="Training">
      <FieldList group="training" fields={catalog.training} />
      <SeedControl />
    </Section>
  );
}

function SeedControl() {
  const id = useId();
  const seed = useStore(settingsStore, (settings) => settings.config.seed);
  return (
    <Explained id={id} label={seedField.label} explanation={<p>{seedField.explanation}</p>}>
      <NumberControl
        field={seedField}
        value={seed}
        id={id}
        onChange={(value) => settingsStore.setState(({ config }) => ({ config: { ...config, seed: value } }))}
      />
    </Explained>
  );
}

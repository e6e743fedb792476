/** All settings of a task, a model or the training, with the rarer ones behind "more settings". */
import { useStore } from 'zustand';
import type { Field, Fields } from '../../foundation/fields.ts';
import { setField, settingsStore, valuesOf } from '../../state/settings-store.ts';
import type { FieldGroup } from '../../state/settings-store.ts';
import { presetValuesOf } from '../../state/presets.ts';
import { FieldControl } from './FieldControl.tsx';
import { Disclosure } from './Section.tsx';

interface FieldListProps {
  readonly group: FieldGroup;
  readonly fields: Fields;
}

export function FieldList({ group, fields }: FieldListProps) {
  const config = useStore(settingsStore, (settings) => settings.config);
  const presetId = useStore(settingsStore, (settings) => settings.presetId);
  const values = valuesOf(config, group);
  const preset = presetValuesOf(presetId, group, config);

  const offered = Object.entries(fields).filter(([, field]) => field.visibleWhen?.(values) ?? true);
  const common = offered.filter(([, field]) => !field.advanced);
  const advanced = offered.filter(([, field]) => field.advanced);
  const differing = advanced.filter(([key]) => values[key] !== preset[key]).length;

  const control = ([key, field]: readonly [string, Field]) => (
    <FieldControl
      key={key}
      field={field}
      value={values[key] ?? field.default}
      preset={preset[key] ?? field.default}
      onChange={(value) => setField(group, key, value)}
    />
  );
  return (
    <>
      {common.map(control)}
      {advanced.length > 0 && (
        <Disclosure title={`More ${group} settings`} note={differing > 0 ? `${differing} changed` : ''}>
          {advanced.map(control)}
        </Disclosure>
      )}
    </>
  );
}

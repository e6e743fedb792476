/** Interventions, between two steps of the run. Their code is loaded with the first one. */
import type { ActiveRun } from './active-run.ts';
import type { FromWorker, InterventionRequest, InterventionResult } from './protocol.ts';

export async function operate(request: InterventionRequest, active: ActiveRun): Promise<FromWorker> {
  const { intervene } = await import('../training/interventions/intervene.ts');
  const results: InterventionResult[] = [];
  await active.post({
    type: 'look',
    at: async (view) => {
      results.push(await intervene(view, request));
    },
  });
  const [result] = results;
  if (!result) throw new Error('the session answered without looking');
  return { type: 'intervened', runId: active.id, result };
}

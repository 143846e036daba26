import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { LoadOptions, LoadPlan } from '#shared/model/load.ts';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { useDescribedModel } from '../model-setup/described-model.ts';
import { firstPath, rememberedOptions, startOptions } from '../model-setup/load-choices.ts';
import type { AppState } from '../state/app-store.ts';
import { type Answer, createLatestAnswer } from '../state/latest-answer.ts';
import { usePage } from '../state/page-context.tsx';
import { type LoadBlocker, loadBlocker } from './load-blocker.ts';

export interface LoadForm {
  readonly path: string;
  readonly options: LoadOptions;
  readonly model: Answer<ModelDescription>;
  readonly plan: Answer<LoadPlan>;
  readonly blocker: LoadBlocker | null;
  /** Takes up the options that this file was loaded with last. */
  choosePath(path: string): void;
  change(options: Partial<LoadOptions>): void;
}

/** The choice of a model and its options, with what the host says about it. */
export function useLoadForm(): LoadForm {
  const { app, connection } = usePage();
  const [choice, setChoice] = useState(() => firstChoice(app.getState()));
  const [plans] = useState(() =>
    createLatestAnswer((request: { path: string; options: LoadOptions }) =>
      connection.call('model.plan', request),
    ),
  );
  const plan = useStore(plans.store);
  const { path, options } = choice;
  const model = useDescribedModel(path);
  const described = model.key === path && !model.pending ? model.value : null;
  const question = {
    path,
    model: described,
    modelError: model.key === path ? model.error : null,
    options,
    planError: null,
  };
  const plannable = loadBlocker(question) === null;
  const planKey = plannable ? JSON.stringify(choice) : null;

  useEffect(() => {
    plans.want(planKey, planKey === null ? null : { path, options });
  }, [plans, planKey, path, options]);

  const planError = plan.key === planKey && !plan.pending ? plan.error : null;
  return {
    path,
    options,
    model,
    plan,
    blocker: loadBlocker({ ...question, planError }),
    choosePath(next) {
      setChoice(before => ({
        path: next,
        options: rememberedOptions(app.getState(), next) ?? before.options,
      }));
    },
    change(changes) {
      setChoice(before => ({ ...before, options: { ...before.options, ...changes } }));
    },
  };
}

function firstChoice(state: AppState): { path: string; options: LoadOptions } {
  const path = firstPath(state.model, state.settings, state.info);
  return { path, options: startOptions(state, path) };
}

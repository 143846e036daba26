import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { ModelDescription } from '#shared/model/model-description.ts';
import { isRemote } from '#shared/model/remote-path.ts';
import { type Answer, createLatestAnswer } from '../state/latest-answer.ts';
import { usePage } from '../state/page-context.tsx';

/** What the header of a file on this machine says, while its path may still be being typed. */
export function useDescribedModel(path: string): Answer<ModelDescription> {
  const { connection } = usePage();
  const [descriptions] = useState(() =>
    createLatestAnswer((asked: string) => connection.call('model.describe', { path: asked })),
  );
  const connected = useStore(connection.status, ({ phase }) => phase === 'open');
  useEffect(() => {
    if (path === '' || isRemote(path) || !connected) descriptions.want(null, null);
    else descriptions.want(path, path);
  }, [descriptions, path, connected]);
  return useStore(descriptions.store);
}

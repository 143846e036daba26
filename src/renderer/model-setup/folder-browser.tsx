import { ArrowUp, FileBox, Folder } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { FileEntry } from '#shared/contract/app-contract.ts';
import { formatBytes } from '#shared/metrics/format.ts';
import { createLatestAnswer } from '../state/latest-answer.ts';
import { usePage } from '../state/page-context.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorCallout } from '../ui/callout.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Spinner } from '../ui/spinner.tsx';
import styles from './folder-browser.module.css';

export interface FolderBrowserProps {
  readonly open: boolean;
  onOpenChange(open: boolean): void;
  /** Null: the user's home. */
  readonly startFolder: string | null;
  onChoose(path: string): void;
}

/** Looks for a model on the machine that the host runs on, folder by folder. */
export function FolderBrowser({ open, onOpenChange, startFolder, onChoose }: FolderBrowserProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Choose a model file">
      <Browser startFolder={startFolder} onChoose={onChoose} />
    </Dialog>
  );
}

function Browser({ startFolder, onChoose }: Pick<FolderBrowserProps, 'startFolder' | 'onChoose'>) {
  const { connection } = usePage();
  const [folder, setFolder] = useState(startFolder);
  const [listings] = useState(() =>
    createLatestAnswer((request: { directory: string | null }) =>
      connection.call('files.list', request),
    ),
  );
  const { value: listing, error, pending } = useStore(listings.store);

  useEffect(() => {
    listings.want(`folder ${folder ?? ''}`, { directory: folder });
  }, [listings, folder]);

  return (
    <div className={styles.browser}>
      <div className={styles.place}>
        <Button
          size="small"
          icon={<ArrowUp />}
          disabled={listing === null || listing.parent === null}
          onClick={() => setFolder(listing?.parent ?? null)}
        >
          Up
        </Button>
        <p className={styles.path} title={listing?.directory}>
          {listing?.directory ?? folder ?? 'Home'}
        </p>
        {pending && <Spinner label="Reading the folder" />}
      </div>
      {error !== null && (
        <ErrorCallout
          error={error}
          actions={
            folder !== null && (
              <Button size="small" onClick={() => setFolder(null)}>
                Go to the home folder
              </Button>
            )
          }
        />
      )}
      {listing !== null && listing.entries.length === 0 && (
        <p className={styles.empty}>There are no folders and no .gguf files here.</p>
      )}
      {listing !== null && (
        <ul className={styles.entries} aria-label="Folders and models">
          {listing.entries.map(entry => (
            <li key={entry.path}>
              <Entry
                entry={entry}
                onPress={() => {
                  if (entry.kind === 'model') onChoose(entry.path);
                  else setFolder(entry.path);
                }}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Entry({ entry, onPress }: { readonly entry: FileEntry; onPress(): void }) {
  const Icon = entry.kind === 'model' ? FileBox : Folder;
  return (
    <button type="button" className={styles.entry} data-kind={entry.kind} onClick={onPress}>
      <Icon aria-hidden="true" />
      <span className={styles.entryName}>{entry.name}</span>
      {entry.bytes !== null && <span className={styles.entrySize}>{formatBytes(entry.bytes)}</span>}
    </button>
  );
}

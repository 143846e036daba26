import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { IconButton } from './icon-button.tsx';

export interface CopyButtonProps {
  /** The accessible name. */
  readonly label: string;
  /** Asked for when pressed, so that a long text is put together only then. */
  text(): string;
  readonly iconOnly?: boolean;
}

const confirmationMs = 1600;

export function CopyButton({ label, text, iconOnly = false }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');

  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), confirmationMs);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = () => {
    navigator.clipboard.writeText(text()).then(
      () => setState('copied'),
      () => setState('refused'),
    );
  };
  const icon = state === 'copied' ? <Check /> : <Copy />;
  const said = { idle: label, copied: 'Copied', refused: 'Copying was refused' }[state];
  return iconOnly ? (
    <IconButton label={said} icon={icon} size="small" onClick={copy} />
  ) : (
    <Button variant="quiet" size="small" icon={icon} onClick={copy}>
      {said}
    </Button>
  );
}
